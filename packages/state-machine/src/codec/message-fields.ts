import { MalformedCommandError } from "./malformed-command-error.ts";

/** The fields of one value, by position. */
export type Fields = readonly unknown[];

const INT64_MAX = 0x7fff_ffff_ffff_ffffn;

/** Checks that `value` is an array of `min` to `max` fields. */
export function fieldsOf(
  value: unknown,
  what: string,
  bounds: { readonly min: number; readonly max: number },
): Fields {
  const fields = listOf(value, what);
  if (fields.length < bounds.min || fields.length > bounds.max) {
    const expected = bounds.min === bounds.max ? `${bounds.min}` : `${bounds.min}-${bounds.max}`;
    throw new MalformedCommandError(`${what}: expected ${expected} fields, found ${fields.length}`);
  }
  return fields;
}

/** Checks that `value` is an array. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unexpected(value, what, "an array");
  return value;
}

export function bytesAt(fields: Fields, at: number, what: string): Uint8Array {
  const value = fields[at];
  if (!(value instanceof Uint8Array)) throw unexpected(value, what, "bytes");
  return value;
}

/** Bytes, or `fallback` where the field was left away. */
export function optionalBytesAt(
  fields: Fields,
  at: number,
  what: string,
  fallback: Uint8Array,
): Uint8Array {
  return fields[at] === undefined ? fallback : bytesAt(fields, at, what);
}

/** A whole number from 0 to 2^53 - 1. */
export function countAt(fields: Fields, at: number, what: string): number {
  const value = integerAt(fields, at, what);
  if (value < 0) throw unexpected(value, what, "a number of at least 0");
  return value;
}

export function optionalCountAt(
  fields: Fields,
  at: number,
  what: string,
  fallback: number,
): number {
  return fields[at] === undefined ? fallback : countAt(fields, at, what);
}

/** A whole number between -(2^53 - 1) and 2^53 - 1. */
export function integerAt(fields: Fields, at: number, what: string): number {
  const value = fields[at];
  if (typeof value === "number") return value;
  if (typeof value !== "bigint") throw unexpected(value, what, "a whole number");
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw unexpected(value, what, "a number below 2^53");
  return number;
}

export function optionalIntegerAt(
  fields: Fields,
  at: number,
  what: string,
  fallback: number,
): number {
  return fields[at] === undefined ? fallback : integerAt(fields, at, what);
}

/** A signed 64-bit number. */
export function bigintAt(fields: Fields, at: number, what: string): bigint {
  const value = fields[at];
  if (typeof value === "number") return BigInt(value);
  if (typeof value !== "bigint") throw unexpected(value, what, "a whole number");
  if (value > INT64_MAX) throw unexpected(value, what, "a number below 2^63");
  return value;
}

export function optionalBigintAt(
  fields: Fields,
  at: number,
  what: string,
  fallback: bigint,
): bigint {
  return fields[at] === undefined ? fallback : bigintAt(fields, at, what);
}

export function booleanAt(fields: Fields, at: number, what: string): boolean {
  const value = fields[at];
  if (typeof value !== "boolean") throw unexpected(value, what, "true or false");
  return value;
}

/** A set of bits, of which only those of `mask` may be set; absent is none. */
export function flagsAt(fields: Fields, at: number, what: string, mask: number): number {
  const value = optionalCountAt(fields, at, what, 0);
  if (value > mask || (value & ~mask) !== 0) throw unexpected(value, what, "known flags");
  return value;
}

/** The member of `choices` that a number names; absent is the first. */
export function choiceAt<Choice>(
  fields: Fields,
  at: number,
  what: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices[optionalCountAt(fields, at, what, 0)];
  if (choice === undefined) throw unexpected(fields[at], what, `0 to ${choices.length - 1}`);
  return choice;
}

/**
 * Reads each item of a list and tells which, should `read` complain. No closure for
 * each: they made reading a list of many small items ten times slower.
 */
export function readEach<Item>(
  items: readonly unknown[],
  what: string,
  read: (value: unknown) => Item,
): Item[] {
  const found: Item[] = [];
  try {
    for (const item of items) found.push(read(item));
  } catch (failure) {
    if (failure instanceof MalformedCommandError) throw failure.within(`${what} ${found.length}`);
    throw failure;
  }
  return found;
}

function unexpected(value: unknown, what: string, expected: string): MalformedCommandError {
  return new MalformedCommandError(`${what}: expected ${expected}, found ${describe(value)}`);
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return String(value);
}
