import { messageOf } from "@holdfast/base";
import { Packr } from "msgpackr";
import { MalformedPeerDataError } from "./malformed-peer-data-error.ts";
import { checkPlainMessagePack } from "./plain-message-pack.ts";

// Plain MessagePack without records: any other implementation can read it, and two messages never share state.
const packr = new Packr({ useRecords: false, copyBuffers: false, encodeUndefinedAsNil: true });

/** Packs arrays of numbers, strings, booleans and bytes, the form of all that peers exchange; `undefined` comes back as null. */
export function packPeerData(value: readonly unknown[]): Uint8Array {
  return packr.pack(value);
}

/**
 * The value that was packed. Byte strings are views of `bytes`, not copies.
 *
 * @throws MalformedPeerDataError if the bytes are not exactly one plain value.
 */
export function unpackPeerData(bytes: Uint8Array): unknown {
  checkPlainMessagePack(bytes);
  try {
    return packr.unpack(bytes);
  } catch (failure) {
    throw new MalformedPeerDataError(`peer data cannot be read: ${messageOf(failure)}`, {
      cause: failure,
    });
  }
}
