import type { ByteString } from "@holdfast/base";
import fc from "fast-check";
import type { AlarmOperation, Operation, RangeQuery } from "../src/index.ts";
import { keys, leaseIds, operations, queries } from "./arbitraries.ts";

/** What happens next to both stores. */
export type Happening =
  | {
      readonly kind: "batch";
      readonly session: number;
      readonly operations: readonly Operation[];
      /** How far behind or ahead of the session's next sequence the batch is said to begin. */
      readonly shift: number;
      readonly acknowledges: number;
    }
  | { readonly kind: "fill"; readonly keys: readonly ByteString[] }
  | { readonly kind: "again"; readonly which: number }
  | { readonly kind: "open"; readonly session: number }
  | { readonly kind: "expire"; readonly session: number; readonly idleSince: number }
  /** What a leader judges of a lease that it sees as it is. */
  | { readonly kind: "expire-lease"; readonly lease: bigint }
  | { readonly kind: "checkpoint"; readonly lease: bigint; readonly remainingSeconds: number }
  | { readonly kind: "alarm"; readonly operation: AlarmOperation }
  | { readonly kind: "read"; readonly query: RangeQuery }
  | { readonly kind: "compact"; readonly back: number }
  | { readonly kind: "collect"; readonly parts: number; readonly here: boolean }
  | { readonly kind: "restart"; readonly inlineBytesMax: number };

const sessions = fc.integer({ min: 1, max: 3 });

/** Which values are inline: none, one of the sizes that come, all of them. */
export const inlineLimits: fc.Arbitrary<number> = fc.constantFrom(
  0,
  1,
  256,
  Number.POSITIVE_INFINITY,
);

/** What one revision may delete: mostly all there is, sometimes so little that much is refused. */
export const deletionLimits: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 5 }) },
);

/** After how many deletions an entry may become durable in part: mostly never, as in nearly every entry. */
export const partLimits: fc.Arbitrary<number> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
);

export const fills: fc.Arbitrary<Happening & { readonly kind: "fill" }> = fc.record({
  kind: fc.constant("fill" as const),
  keys: fc.uniqueArray(keys, { minLength: 4, maxLength: 8 }),
});

/** Ended more often than raised, so that not everything is refused. */
const alarms: fc.Arbitrary<AlarmOperation> = fc.record({
  kind: fc.constant("alarm" as const),
  action: fc.constantFrom("activate", "raise", "deactivate", "deactivate", "clear"),
  alarm: fc.record({
    member: fc.constantFrom(1n, 2n ** 64n - 1n),
    kind: fc.constantFrom("nospace", "nospace", "corrupt"),
  }),
});

export const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("batch" as const),
      session: sessions,
      operations: fc.array(operations, { minLength: 1, maxLength: 4 }),
      shift: fc.oneof(
        { weight: 6, arbitrary: fc.constant(0) },
        { weight: 2, arbitrary: fc.integer({ min: -4, max: 4 }) },
        { weight: 1, arbitrary: fc.constantFrom(8189, 9000) },
      ),
      acknowledges: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 })),
    }),
  },
  { weight: 2, arbitrary: fills },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("again" as const), which: fc.nat({ max: 40 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("open" as const), session: sessions }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("expire" as const),
      session: sessions,
      idleSince: fc.nat({ max: 40 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("expire-lease" as const), lease: leaseIds }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("checkpoint" as const),
      lease: leaseIds,
      remainingSeconds: fc.nat({ max: 99 }),
    }),
  },
  {
    weight: 2,
    arbitrary: alarms.map((operation) => ({ kind: "alarm" as const, operation })),
  },
  { weight: 6, arbitrary: queries.map((query) => ({ kind: "read" as const, query })) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("compact" as const), back: fc.nat({ max: 6 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("collect" as const),
      parts: fc.integer({ min: 1, max: 6 }),
      here: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("restart" as const), inlineBytesMax: inlineLimits }),
  },
);
