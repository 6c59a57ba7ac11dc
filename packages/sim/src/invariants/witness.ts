import type { LogIndex, MemberId } from "@holdfast/base";
import type {
  Effects,
  Entry,
  Input,
  Membership,
  MembershipCodec,
  Message,
  Outcome,
  PersistBatch,
  RaftOptions,
  RaftStatus,
  SnapshotMeta,
  Token,
} from "@holdfast/raft";
import type { LogDisk } from "../disk/log-disk.ts";
import type { Marks } from "../marks.ts";
import { decodeCommand } from "../model/command.ts";
import type { RegisterState } from "../model/register-state.ts";
import type { Life } from "../node/life.ts";
import { require } from "../violation.ts";
import { AppliedStates } from "./applied-states.ts";
import { CommittedLog } from "./committed-log.ts";
import { checkCursors } from "./cursors.ts";
import { Elections } from "./elections.ts";
import { EntryBook } from "./entry-book.ts";
import { checkJustified } from "./justification.ts";
import { Leadership } from "./leadership.ts";
import { checkLimits, checkSize } from "./limits.ts";
import { LogSituations } from "./log-situations.ts";
import { RoleSituations } from "./role-situations.ts";
import { Tokens } from "./tokens.ts";

export interface WitnessParts {
  readonly codec: MembershipCodec;
  readonly options: RaftOptions;
  readonly marks: Marks;
  /** What the largest entry that clients propose weighs. */
  readonly entryBytesMax: number;
  /** The log on the disk of a member, whether it runs or not. */
  diskOf(member: MemberId): LogDisk | undefined;
  /** An entry was applied by somebody for the first time. */
  firstApplied(entry: Entry): void;
}

/**
 * Sees everything that happens to every member, and throws a `Violation` when a
 * promise of the papers is broken. It knows nothing of how the core keeps them.
 */
export class Witness {
  readonly committed: CommittedLog;
  readonly states: AppliedStates;
  readonly tokens: Tokens = new Tokens();
  readonly elections: Elections = new Elections();
  readonly #parts: WitnessParts;
  readonly #entries: EntryBook;
  readonly #roles: RoleSituations;
  readonly #logs: LogSituations;
  readonly #leadership: Leadership;
  readonly #notDone = new Map<number, string>();
  readonly #readsInCore = new Map<Life, number>();

  constructor(parts: WitnessParts) {
    this.#parts = parts;
    const { codec, diskOf, marks, options } = parts;
    this.committed = new CommittedLog(codec, diskOf);
    this.states = new AppliedStates(this.committed);
    this.#entries = new EntryBook(codec, (index) => this.committed.membershipAt(index));
    this.#roles = new RoleSituations(marks);
    this.#logs = new LogSituations(marks, options, codec);
    this.#leadership = new Leadership(options);
  }

  /** The first configuration, before anything is in any log. */
  formed(membership: Membership): void {
    this.#entries.begins(membership);
  }

  lifeBegan(life: Life, state: RegisterState): void {
    this.elections.lifeBegan(life);
    this.states.check(life, state, "I17", "found on disk");
    this.committed.commits(life, life.log.compacted.index, life.status);
    this.#logs.lifeBegan(life);
  }

  lifeEnded(life: Life): void {
    this.tokens.ended(life);
    this.#readsInCore.delete(life);
    this.#roles.ended(life);
    this.#logs.ended(life);
    this.#leadership.ended(life);
  }

  turnBegins(life: Life, inputs: readonly Input[]): void {
    let reads = this.#readsInCore.get(life) ?? 0;
    for (const input of inputs) {
      if (input.kind === "read-index") reads++;
      this.#roles.hears(life, input);
      this.#logs.hears(life, input);
    }
    this.#readsInCore.set(life, reads);
  }

  /** Before a batch becomes part of `life.log`. */
  writes(life: Life, before: RaftStatus, batch: PersistBatch): void {
    const cuts = this.#entries.writes(life, before, batch);
    this.#logs.writes(life, batch, cuts);
  }

  turned(life: Life, before: RaftStatus, effects: Effects | undefined): void {
    const { status } = life;
    checkCursors(life, before);
    this.#leadership.turned(life);
    if (status.commit > before.commit) this.committed.commits(life, before.commit, before);
    const leads = status.role === "leader";
    if (leads && (before.role !== "leader" || before.term !== status.term)) {
      this.elections.leads(life);
      this.committed.leads(life);
    }
    let reads = this.#readsInCore.get(life) ?? 0;
    for (const { kind } of effects?.outcomes ?? []) {
      if (kind === "read-ready" || kind === "read-failed") reads--;
    }
    this.#readsInCore.set(life, reads);
    checkLimits(life, this.#parts.options, reads, this.#parts.entryBytesMax);
    if (effects === undefined) return;
    this.#roles.turned(life, before, effects);
    for (const transition of effects.transitions) {
      // The core would pass over what a member sent, which here is as good a core.
      require(transition.kind !== "malformed", "core", () =>
        `member ${life.id} was sent what nobody may send: ${JSON.stringify(transition)}`);
    }
  }

  /** A message is about to leave. */
  sends(life: Life, message: Message): void {
    const { options } = this.#parts;
    checkJustified(life, message, this.elections.leaderOf(message.term));
    checkSize(life, message, options);
    this.elections.sends(message);
    this.#roles.sends(life, message);
    this.#leadership.sends(life, message);
    this.#logs.sends(life, message);
  }

  asked(life: Life, token: Token, kind: "proposal" | "read" | "change"): void {
    this.tokens.asked(life, token, { kind, committed: this.committed.last });
  }

  settles(life: Life, outcome: Outcome): void {
    const asked = this.tokens.settles(life, outcome);
    this.#roles.settles(life, outcome, asked.kind);
  }

  /** A client was told that its operation is in no log and never will be (I18). */
  notDone(operation: number, reason: string): void {
    if (reason === "lost") this.#parts.marks.hit("proposal outcome lost");
    this.#notDone.set(operation, reason);
  }

  applied(life: Life, entry: Entry, state: RegisterState): void {
    const isNews = this.states.applied(life, state);
    if (entry.kind === "commands") {
      const operation = decodeCommand(entry.payload);
      const reason = this.#notDone.get(operation);
      require(reason === undefined, "I18", () =>
        `operation ${operation} was ${reason}, but node ${life.machine.slot} applies it at ${entry.index}`);
    }
    if (isNews) this.#parts.firstApplied(entry);
  }

  /** A state is frozen for a peer. */
  opened(life: Life, state: RegisterState): void {
    this.states.check(life, state, "I20", "opened for a peer");
  }

  installed(life: Life, meta: SnapshotMeta, state: RegisterState): void {
    this.states.installed(life, meta, state);
  }

  /** A client was told that its write is done (I12): it is where it was said to be. */
  acknowledged(operation: number, index: LogIndex): void {
    require(this.committed.contentAt(index) === operation, "I12", () =>
      `operation ${operation} was acknowledged at ${index}, where ${this.committed.contentAt(index)} is committed`);
  }
}
