import type { Turn } from "@holdfast/base";
import { encodeKeyValue, encodeRange, type WireHeader } from "@holdfast/protocol";
import type { RangeResult } from "@holdfast/state-machine";

/** Pairs that are encoded between two turns of the event loop: about a millisecond. */
const PAIRS_PER_TURN = 1000;

export type RangeSerializer = (response: ReturnType<typeof encodeRange>) => Buffer;

/** An answer that is encoded already. */
export interface EncodedRange {
  readonly encoded: Buffer;
}

/** Whether a range has so many pairs that encoding them at once would hold the event loop (decision 4). */
export function isLarge({ kvs }: RangeResult): boolean {
  return kvs.length > PAIRS_PER_TURN;
}

/**
 * Encodes a range in slices. Messages of protobuf that stand behind each other are one:
 * its repeated fields are appended, so each slice is a message with some of the pairs.
 */
export async function encodeLargeRange(
  header: () => WireHeader,
  range: RangeResult,
  { turn, serialize }: { readonly turn: Turn; readonly serialize: RangeSerializer },
): Promise<EncodedRange> {
  const slices: Buffer[] = [];
  for (let at = 0; at < range.kvs.length; at += PAIRS_PER_TURN) {
    const kvs = range.kvs.slice(at, at + PAIRS_PER_TURN);
    slices.push(serialize({ kvs: kvs.map(encodeKeyValue) }));
    await turn.next();
  }
  slices.push(serialize(encodeRange(header(), { ...range, kvs: [] })));
  return { encoded: Buffer.concat(slices) };
}
