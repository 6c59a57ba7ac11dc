import { below, crc32c, type Random, type Row, type Turn, toByteString } from "@holdfast/base";
import { type FuzzTarget, mutateBytes, pick, worldTarget } from "@holdfast/base/fuzz";
import { MemoryEngine } from "../../src/memory/memory-engine.ts";
import { RowStreamDecoder, RowStreamEncoder } from "../../src/snapshot/row-stream.ts";
import type { SnapshotChunk } from "../../src/snapshot/snapshot-chunk.ts";
import { SnapshotCorruptError } from "../../src/snapshot/snapshot-errors.ts";
import type { SnapshotLimits } from "../../src/snapshot/snapshot-limits.ts";
import { StagedState } from "../../src/snapshot/staged-state.ts";

const turn: Turn = { soon: queueMicrotask, next: () => Promise.resolve() };
const LIMITS: SnapshotLimits = {
  chunkBytes: 64,
  readBytes: 40,
  batchBytes: 130,
  rowBytesMax: 4_096,
};
/** What a piece has beside its rows, and the lengths of rows that are there. */
const MARGIN_BYTES = 2_000;
const NUMBERS = [-1, 0, 1, 0.5, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1, Number.NaN];
const ROWS: readonly Row[] = Array.from({ length: 20 }, (_, at) => ({
  key: toByteString(Uint8Array.of(1, at)),
  value: new Uint8Array(at * 3).fill(at),
}));
const PIECES = piecesOf(ROWS);

function piecesOf(rows: readonly Row[]): readonly Uint8Array[] {
  const encoder = new RowStreamEncoder(LIMITS.chunkBytes);
  for (const row of rows) encoder.add(row);
  const pieces: Uint8Array[] = [];
  for (let piece = encoder.take(); piece !== undefined; piece = encoder.take()) pieces.push(piece);
  return [...pieces, encoder.takeRest()];
}

/** The chunks that make a state of these pieces, with all their sums right. */
function chunksOf(pieces: readonly Uint8Array[]): readonly SnapshotChunk[] {
  let crc = 0;
  let total = 0;
  return pieces.map((bytes, sequence) => {
    crc = crc32c(bytes, 0, bytes.length, crc);
    total += bytes.length;
    const end = sequence === pieces.length - 1 ? { rows: ROWS.length, bytes: total } : undefined;
    return { sequence, bytes, crc, end };
  });
}

/** Pieces of which one is damaged and sealed anew: what a broken sender makes; or fields that lie. */
function brokenChunks(random: Random): readonly SnapshotChunk[] {
  const damaged = below(random, PIECES.length);
  if (below(random, 2) === 0) {
    return chunksOf(
      PIECES.map((piece, at) => (at === damaged ? mutateBytes(random, PIECES) : piece)),
    );
  }
  const field = pick(random, ["sequence", "crc", "end"] as const);
  const number = pick(random, NUMBERS);
  const lie =
    field === "end" ? { end: { rows: number, bytes: pick(random, NUMBERS) } } : { [field]: number };
  return chunksOf(PIECES).map((chunk, at) => (at === damaged ? { ...chunk, ...lie } : chunk));
}

/** A state is whole only if it is what its chunks said; else nothing of it is used. */
async function installWhatever(random: Random): Promise<void> {
  const staged = new StagedState({ turn, engine: new MemoryEngine(), limits: LIMITS });
  try {
    for (const chunk of brokenChunks(random)) {
      if (!staged.isWhole) await staged.take(chunk);
    }
  } catch (failure) {
    if (!(failure instanceof SnapshotCorruptError)) throw failure;
  }
  if (staged.isWhole && staged.rows !== ROWS.length)
    throw new Error("a state that lacks rows is whole");
}

/** However a stream is cut, what is decoded never takes more than one row beside what came. */
function decodeWhatever(random: Random): void {
  const decoder = new RowStreamDecoder(LIMITS.rowBytesMax);
  let held = 0;
  try {
    for (let count = 1 + below(random, 200); count > 0; count--) {
      const piece = below(random, 3) === 0 ? mutateBytes(random, PIECES) : pick(random, PIECES);
      held += piece.length;
      for (const { key, value } of decoder.push(piece)) held -= key.length + value.length;
      if (held > LIMITS.rowBytesMax + MARGIN_BYTES) throw new Error(`${held} bytes are held back`);
    }
  } catch (failure) {
    if (!(failure instanceof SnapshotCorruptError)) throw failure;
  }
}

export const SNAPSHOT_TARGETS: readonly FuzzTarget[] = [
  worldTarget({ name: "snapshot-chunks", runs: 500, live: installWhatever }),
  worldTarget({ name: "row-stream", runs: 1_000, live: decodeWhatever }),
];
