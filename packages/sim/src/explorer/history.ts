import type { LogIndex, MemberId, Term } from "@holdfast/base";
import { type Renaming, renamed } from "./renaming.ts";
import { ShapeBook } from "./shape-book.ts";

/** An entry that some leader has committed. */
export interface CommittedEntry {
  readonly term: Term;
  readonly content: number;
  /** The term of the leader that committed it. */
  readonly by: Term;
}

export interface OpenRead {
  readonly member: MemberId;
  readonly token: number;
  /** What was committed somewhere when it was asked. */
  readonly committed: LogIndex;
}

/** What the judges remember of the way to a state, and what of the bounds is used up. */
export interface History {
  /** By term from 0: who leads or led it; 0 for nobody. */
  readonly leaders: readonly (MemberId | 0)[];
  /** By index from 1, as every member's log; 0 stands for what is before the first entry. */
  readonly committed: readonly CommittedEntry[];
  readonly reads: readonly OpenRead[];
  readonly proposals: number;
  readonly readsAsked: number;
  readonly changes: number;
  readonly crashes: number;
  readonly duplicates: number;
}

export type HistoryId = number;

const NOTHING_YET: History = {
  leaders: [],
  committed: [{ term: 0, content: 0, by: 0 }],
  reads: [],
  proposals: 0,
  readsAsked: 0,
  changes: 0,
  crashes: 0,
  duplicates: 0,
};

/** Histories by number, so that a state of the cluster names its own by one. */
export class HistoryBook {
  readonly beginning: HistoryId;
  readonly shapes: ShapeBook;
  readonly #histories: History[] = [];
  readonly #ids = new Map<string, HistoryId>();

  constructor(renamings: readonly Renaming[]) {
    this.shapes = new ShapeBook(renamings);
    this.beginning = this.idOf(NOTHING_YET);
  }

  at(id: HistoryId): History {
    const history = this.#histories[id];
    if (history === undefined) throw new Error(`there is no history ${id}`);
    return history;
  }

  idOf(history: History): HistoryId {
    const key = JSON.stringify(history);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, this.#histories.length);
    this.#histories.push(history);
    this.shapes.add((renaming) => JSON.stringify(renameIn(history, renaming)));
    return this.#histories.length - 1;
  }
}

function renameIn(history: History, renaming: Renaming): unknown {
  return {
    ...history,
    leaders: history.leaders.map((id) => renamed(id, renaming)),
    reads: history.reads.map((read) => ({ ...read, member: renamed(read.member, renaming) })),
  };
}
