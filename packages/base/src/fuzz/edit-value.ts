import { below, type Random } from "../random.ts";
import { pick } from "./pick.ts";

const LONG = 5_000;
/** What may stand in a field that is to hold something else. */
const EXTREMES: readonly unknown[] = [
  ...[0, 1, 2, 3, 7, 255, 65_535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32],
  ...[2 ** 48, 2 ** 53 - 2, 2 ** 53 - 1],
  ...[-1, -(2 ** 53), 0.5, 2 ** 53, 1e300, Number.NaN, Number.POSITIVE_INFINITY, -0],
  ...[2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n - 1n],
  ...[null, undefined, true, false, "", "x", "__proto__", "\ud800", "y".repeat(LONG)],
  ...[
    [],
    [[]],
    [1, 2, 3],
    new Array<number>(LONG).fill(1),
    new Uint8Array(0),
    new Uint8Array(LONG),
  ],
];

/**
 * A copy of nested arrays in which one place holds something else, is missing, comes
 * twice or has changed places with another. Now and then a number is only a little off.
 */
export function editValue(random: Random, value: unknown): unknown {
  if (!Array.isArray(value) || value.length === 0) return otherThan(random, value);
  const fields: unknown[] = [...value];
  const at = below(random, fields.length);
  if (Array.isArray(fields[at]) && below(random, 4) > 0) {
    fields[at] = editValue(random, fields[at]);
    return fields;
  }
  switch (below(random, 12)) {
    case 0:
      fields.splice(at, 1);
      break;
    case 1:
      fields.splice(at, 0, fields[at]);
      break;
    case 2: {
      const other = below(random, fields.length);
      [fields[at], fields[other]] = [fields[other], fields[at]];
      break;
    }
    default:
      fields[at] = otherThan(random, fields[at]);
  }
  return fields;
}

function otherThan(random: Random, value: unknown): unknown {
  const isNear = typeof value === "number" && below(random, 2) === 0;
  return isNear ? Math.max(0, value + below(random, 7) - 3) : pick(random, EXTREMES);
}
