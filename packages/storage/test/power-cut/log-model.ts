import type { WalHardState, WalWrite } from "../../src/wal/wal-records.ts";

/** What the writes to a log add up to, computed naively. Never changed: every write gives another. */
export interface LogModel {
  readonly hardState: WalHardState;
  readonly compacted: { readonly index: number; readonly term: number };
  /** Of the entries behind `compacted`. */
  readonly terms: readonly number[];
}

export const EMPTY_LOG: LogModel = {
  hardState: { term: 0, vote: undefined, commit: 0 },
  compacted: { index: 0, term: 0 },
  terms: [],
};

export function lastIndexOf({ compacted, terms }: LogModel): number {
  return compacted.index + terms.length;
}

export function termAt({ compacted, terms }: LogModel, index: number): number {
  return index === compacted.index ? compacted.term : (terms[index - compacted.index - 1] ?? 0);
}

export function written(model: LogModel, write: WalWrite): LogModel {
  const { hardState = model.hardState, entries = [], compact } = write;
  const first = entries[0]?.index;
  const kept = first === undefined ? undefined : first - model.compacted.index - 1;
  const terms = [...model.terms.slice(0, kept), ...entries.map(({ term }) => term)];
  if (compact === undefined) return { hardState, compacted: model.compacted, terms };
  const compacted = { index: compact.index, term: compact.term };
  return { hardState, compacted, terms: terms.slice(compact.index - model.compacted.index) };
}

/** For comparing, and for telling. */
export function shownLog({ hardState, compacted, terms }: LogModel): string {
  const { term, vote, commit } = hardState;
  const head = `term ${term}, vote ${vote ?? "none"}, commit ${commit}`;
  return `${head}, compacted ${compacted.index}/${compacted.term}, entries of terms ${terms.join()}`;
}
