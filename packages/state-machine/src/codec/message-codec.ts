import { Packr, RESERVE_START_SPACE, RESET_BUFFER_MODE } from "msgpackr";
import { MalformedCommandError } from "./malformed-command-error.ts";
import { checkShape } from "./message-shape.ts";

/** The version of all formats of this directory (docs/command-format.md). */
export const FORMAT_VERSION = 1;

/**
 * Version 2 knows the operation `compact` and its result besides, and the failure
 * `too-many-deletions`; nothing else differs, and what has none of them is written as
 * version 1, so that older software reads it.
 */
export const COMPACT_FORMAT_VERSION = 2;

/** Version 3 knows what is asked of leases besides, its results, and its failures. */
export const LEASE_FORMAT_VERSION = 3;

/** Version 4 knows alarms besides, and what they refuse. */
export const ALARM_FORMAT_VERSION = 4;

/** Version 5 knows how far the log was applied when a session's opening was asked for. */
export const SESSION_FENCE_FORMAT_VERSION = 5;

/** The newest that is known here. */
export const NEWEST_FORMAT_VERSION = 5;

/** A scratch buffer that grew beyond this is given back after use. */
const SCRATCH_BYTES_KEPT = 4 * 1024 * 1024;
const SCRATCH_BYTES_INITIAL = 64 * 1024;

const packr = new Packr({ useRecords: false });
const PACK_MODE: number = RESERVE_START_SPACE | 1 | RESET_BUFFER_MODE;
const AFTER_VERSION = { start: 1 };

/** What a message is made of; only these survive the way there and back. */
export type MessageField = number | bigint | boolean | Uint8Array | readonly MessageField[];

/** The version byte, then one MessagePack array. The bytes are the caller's own. */
export function encodeMessage(
  fields: readonly MessageField[],
  version: number = FORMAT_VERSION,
): Uint8Array {
  const bytes = pack(fields);
  bytes[0] = version;
  return bytes;
}

/** The MessagePack array of some fields, without a version. The bytes are the caller's own. */
export function packFields(fields: readonly MessageField[]): Uint8Array {
  return pack(fields).subarray(AFTER_VERSION.start);
}

/** One byte, for the version, then the array. */
function pack(fields: readonly MessageField[]): Uint8Array {
  const scratch: Uint8Array = packr.pack(fields, PACK_MODE);
  const bytes = new Uint8Array(scratch.length);
  bytes.set(scratch);
  if (scratch.length > SCRATCH_BYTES_KEPT) {
    packr.useBuffer(new Uint8Array(SCRATCH_BYTES_INITIAL));
  }
  return bytes;
}

/**
 * Checks and reads what {@link encodeMessage} writes; byte strings inside are
 * views of `bytes`.
 *
 * @throws MalformedCommandError on anything else
 */
export function decodeMessage(bytes: Uint8Array, arraysMax?: number): readonly unknown[] {
  const version = bytes[0];
  if (version === undefined) throw new MalformedCommandError("there are no bytes");
  if (version < FORMAT_VERSION || version > NEWEST_FORMAT_VERSION) {
    throw new MalformedCommandError(
      `format version ${version} is not known here, only ${FORMAT_VERSION} to ${NEWEST_FORMAT_VERSION}`,
      { unknownVersion: version },
    );
  }
  checkShape(bytes, 1, arraysMax);
  try {
    return packr.unpack(bytes, AFTER_VERSION) as readonly unknown[];
  } catch (cause) {
    throw new MalformedCommandError("the bytes cannot be decoded", { cause });
  }
}

/** A whole number in the form that keeps all its digits: MessagePack's floats are not part of the format. */
export function wholeNumber(value: number): number | bigint {
  return value <= 0xffff_ffff && value >= -0x8000_0000 ? value : BigInt(value);
}

/** A 64-bit number in the smallest form. */
export function wholeBigint(value: bigint): number | bigint {
  return value <= 0xffff_ffffn && value >= -0x8000_0000n ? Number(value) : value;
}
