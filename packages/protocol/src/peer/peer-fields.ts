import { isWireId, type MemberId } from "@holdfast/base";
import { MalformedPeerDataError } from "./malformed-peer-data-error.ts";

/** The fields of a positional form, or a refusal; `what` names the form in the message. */
export function fieldsOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new MalformedPeerDataError(`${what} is not an array`);
  return value;
}

/** The same, of an exact length. */
export function exactFields(value: unknown, length: number, what: string): readonly unknown[] {
  const fields = fieldsOf(value, what);
  if (fields.length !== length) {
    throw new MalformedPeerDataError(
      `${what} has ${fields.length} fields where ${length} are expected`,
    );
  }
  return fields;
}

/** A whole number in [0, 2^53). */
export function countAt(fields: readonly unknown[], at: number, what: string): number {
  const value = fields[at];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new MalformedPeerDataError(`${what}: field ${at} is not a whole number from 0 to 2^53 - 1`);
}

export function memberIdAt(fields: readonly unknown[], at: number, what: string): MemberId {
  const value = fields[at];
  if (typeof value === "number" && isWireId(value)) return value as MemberId;
  throw new MalformedPeerDataError(`${what}: field ${at} is not a member id`);
}

export function flagAt(fields: readonly unknown[], at: number, what: string): boolean {
  const value = fields[at];
  if (typeof value === "boolean") return value;
  throw new MalformedPeerDataError(`${what}: field ${at} is not a boolean`);
}

export function textAt(fields: readonly unknown[], at: number, what: string): string {
  const value = fields[at];
  if (typeof value === "string") return value;
  throw new MalformedPeerDataError(`${what}: field ${at} is not a string`);
}

export function bytesAt(fields: readonly unknown[], at: number, what: string): Uint8Array {
  const value = fields[at];
  if (value instanceof Uint8Array) return value;
  throw new MalformedPeerDataError(`${what}: field ${at} is not a byte string`);
}
