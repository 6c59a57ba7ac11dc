import { type ByteString, fromByteString, type Revision, toByteString } from "@holdfast/base";
import { DamagedRowError } from "./damaged-row-error.ts";
import { RowDecoder } from "./row-decoder.ts";
import type { RowEncoder } from "./row-encoder.ts";

/** How far one store has come with collecting what compactions freed. Not replicated: each store has its own pace. */
export interface CollectionState {
  /** Nothing is left of what the compaction at this revision freed; -1 as long as nothing was collected. */
  readonly collected: Revision;
  /** What is done now. `history` finds what is garbage, `blocks` frees its place. */
  readonly phase: "idle" | "history" | "blocks";
  /** The compaction that is being collected; that of `collected` while idle. */
  readonly target: Revision;
  /** The row to go on at; empty while idle. */
  readonly resume: ByteString;
}

export const NOTHING_COLLECTED: CollectionState = Object.freeze({
  collected: -1,
  phase: "idle",
  target: -1,
  resume: "",
});

const VERSION = 1;
const PHASES: readonly CollectionState["phase"][] = ["idle", "history", "blocks"];
const HEADER_BYTES_MAX = 2 + 2 * 8;

export function encodeCollection(encoder: RowEncoder, state: CollectionState): Uint8Array {
  const resume = fromByteString(state.resume);
  return encoder
    .begin(HEADER_BYTES_MAX + resume.length)
    .byte(VERSION)
    .byte(PHASES.indexOf(state.phase))
    .varint(state.collected + 1)
    .varint(state.target + 1)
    .raw(resume)
    .finish();
}

/** @throws DamagedRowError on bytes that {@link encodeCollection} never makes */
export function decodeCollection(row: Uint8Array): CollectionState {
  const decoder = new RowDecoder(row, "collection").version(VERSION);
  const phase = PHASES[decoder.byte()];
  if (phase === undefined) throw new DamagedRowError("a collection row has no known phase");
  return {
    phase,
    collected: decoder.varint() - 1,
    target: decoder.varint() - 1,
    resume: toByteString(decoder.rest()),
  };
}
