import { MalformedCommandError } from "./malformed-command-error.ts";

/**
 * Arrays nest at most so deep. The deepest that can be valid is a transaction of
 * 129 levels (each level but the last spends one of 128 operations), two arrays
 * a level, with the batch around it and a field inside.
 */
export const NESTING_MAX = 272;

/**
 * Checks that `bytes[start, end)` are exactly one MessagePack array made of
 * arrays, byte strings, whole numbers and booleans, each within the bytes.
 *
 * What passes is safe for the general decoder: no maps, texts, floats or
 * extensions, no length that promises more than is there, no nesting that could
 * exhaust the stack. Takes time in proportion to the bytes, and ends at the first array
 * above `arraysMax`: each is an operation or a part of one.
 */
export function checkShape(
  bytes: Uint8Array,
  start: number,
  arraysMax: number = Number.POSITIVE_INFINITY,
): void {
  const end = bytes.length;
  let arrays = 0;
  const open: number[] = [];
  let at = start;
  let left = 1;
  while (left > 0) {
    left -= 1;
    if (at >= end) throw complaint(at, "the bytes end too early");
    const token = bytes[at] as number;
    const children = arrayLength(bytes, at, token);
    at += tokenBytes(bytes, at, token);
    if (at > end) throw complaint(end, "the bytes end too early");
    if (children >= 0) {
      arrays += 1;
      checkArray(children, {
        room: end - at,
        depth: open.length,
        at,
        arraysLeft: arraysMax - arrays,
      });
      open.push(left);
      left = children;
    } else if (open.length === 0) {
      throw complaint(start, "expected an array");
    }
    while (left === 0 && open.length > 0) left = open.pop() ?? 0;
  }
  if (at !== end) throw complaint(at, `${end - at} bytes too many`);
}

/** Each value takes a byte at least, so an array that cannot fit is refused before anything is made for it. */
function checkArray(
  children: number,
  place: {
    readonly room: number;
    readonly depth: number;
    readonly at: number;
    readonly arraysLeft: number;
  },
): void {
  if (place.arraysLeft < 0) throw complaint(place.at, "more arrays than a batch can have");
  if (children > place.room) throw complaint(place.at, `an array of ${children} cannot fit`);
  if (place.depth >= NESTING_MAX) {
    throw complaint(place.at, `nested deeper than ${NESTING_MAX} arrays`);
  }
}

/** How many values follow as children of the token at `at`; -1 where it is no array. */
export function arrayLength(bytes: Uint8Array, at: number, token: number): number {
  if (token >= 0x90 && token <= 0x9f) return token & 0x0f;
  if (token === 0xdc) return unsigned(bytes, at + 1, 2);
  if (token === 0xdd) return unsigned(bytes, at + 1, 4);
  return -1;
}

/** How many bytes the token at `at` takes with its content (an array: without). */
function tokenBytes(bytes: Uint8Array, at: number, token: number): number {
  if (token < 0x80 || token >= 0xe0 || (token >= 0x90 && token <= 0x9f)) return 1;
  switch (token) {
    case 0xc2: // false
    case 0xc3: // true
      return 1;
    case 0xc4: // bytes
      return 2 + unsigned(bytes, at + 1, 1);
    case 0xc5:
      return 3 + unsigned(bytes, at + 1, 2);
    case 0xc6:
      return 5 + unsigned(bytes, at + 1, 4);
    case 0xcc: // whole numbers
    case 0xd0:
      return 2;
    case 0xcd:
    case 0xd1:
    case 0xdc: // array
      return 3;
    case 0xce:
    case 0xd2:
    case 0xdd: // array
      return 5;
    case 0xcf:
    case 0xd3:
      return 9;
    default:
      throw complaint(at, `a token 0x${token.toString(16)} is not part of the format`);
  }
}

function unsigned(bytes: Uint8Array, at: number, length: number): number {
  if (at + length > bytes.length) throw complaint(bytes.length, "the bytes end too early");
  let value = 0;
  for (let offset = 0; offset < length; offset++) {
    value = value * 256 + (bytes[at + offset] as number);
  }
  return value;
}

function complaint(at: number, what: string): MalformedCommandError {
  return new MalformedCommandError(`at byte ${at}: ${what}`);
}
