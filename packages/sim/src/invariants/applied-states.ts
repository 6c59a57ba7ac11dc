import type { LogIndex } from "@holdfast/base";
import type { SnapshotMeta } from "@holdfast/raft";
import type { RegisterState } from "../model/register-state.ts";
import type { Life } from "../node/life.ts";
import { require } from "../violation.ts";
import type { CommittedLog } from "./committed-log.ts";

interface Hashes {
  readonly rolling: number;
  readonly content: number;
}

/** Equal applied indices have equal states, in memory and on disk (I17), and so have snapshots (I20). */
export class AppliedStates {
  readonly #committed: CommittedLog;
  readonly #hashes: (Hashes | undefined)[] = [{ rolling: 0, content: 0 }];
  #last: LogIndex = 0;

  constructor(committed: CommittedLog) {
    this.#committed = committed;
  }

  /** The highest index that anybody has applied. */
  get last(): LogIndex {
    return this.#last;
  }

  /** Whether this was news: the first time that anybody applied this index. */
  applied(life: Life, state: RegisterState): boolean {
    const { index, term } = state.applied;
    require(this.#committed.termAt(index) === term, "I5", () =>
      `node ${life.machine.slot} applies ${term}/${index}, which is not committed`);
    if (index > this.#last) {
      this.#hashes[index] = { rolling: state.rolling, content: state.content };
      this.#last = index;
      return true;
    }
    this.check(life, state, "I17", "applied");
    return false;
  }

  check({ machine }: Life, state: RegisterState, invariant: string, where: string): void {
    const { index } = state.applied;
    const known = this.#hashes[index];
    require(known?.rolling === state.rolling && known.content === state.content, invariant, () =>
      `node ${machine.slot}: the state ${where} at ${index} is not the one that others have`);
  }

  installed(life: Life, { last, membership }: SnapshotMeta, state: RegisterState): void {
    const { applied } = state;
    require(applied.index === last.index && applied.term === last.term, "I20", () =>
      `node ${life.machine.slot} installs ${applied.term}/${applied.index} as ${last.term}/${last.index}`);
    this.check(life, state, "I20", "installed");
    const known = this.#committed.memberships.findLast(({ index }) => index <= last.index);
    require(known === undefined ||
      JSON.stringify(known.membership) === JSON.stringify(membership), "I20", () =>
      `node ${life.machine.slot} installs a configuration that was not in force at ${last.index}`);
  }
}
