import type { Random } from "@holdfast/testkit";
import { chance, drawKey, drawLease, drawRangeEnd, drawValue } from "./world.ts";

const NO_BYTES: Buffer = Buffer.alloc(0);
const LEASE_PERCENT = 25;
const SINGLE_KEY_PERCENT = 65;

/** A PutRequest; what contradicts itself is among them. It `keeps`, if it may, the value or the lease that is there. */
export function drawPut(
  random: Random,
  { keeps }: { readonly keeps: boolean } = { keeps: true },
): Readonly<Record<string, unknown>> {
  const ignoreValue = keeps && chance(random, 8);
  const ignoreLease = keeps && chance(random, 8);
  return {
    key: drawKey(random),
    value: ignoreValue && chance(random, 80) ? NO_BYTES : drawValue(random),
    lease: chance(random, LEASE_PERCENT) ? drawLease(random) : "0",
    prev_kv: chance(random, 30),
    ignore_value: ignoreValue,
    ignore_lease: ignoreLease,
  };
}

export function drawDeleteRange(random: Random): Readonly<Record<string, unknown>> {
  const key = drawKey(random);
  return {
    key,
    range_end: drawRangeEnd(random, key, SINGLE_KEY_PERCENT),
    prev_kv: chance(random, 40),
  };
}
