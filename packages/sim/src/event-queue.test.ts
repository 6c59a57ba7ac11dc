import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue } from "./event-queue.ts";

test("events come by time, and in the order of planning within a moment", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (times) => {
      const queue = new EventQueue();
      for (const at of times) queue.plan(at, () => undefined);
      const expected = times.map((at, sequence) => ({ at, sequence }));
      expected.sort((a, b) => a.at - b.at || a.sequence - b.sequence);

      const found = times.map(() => queue.next());

      expect(found.map((event) => ({ at: event?.at, sequence: event?.sequence }))).toEqual(
        expected,
      );
      expect(queue.next()).toBeUndefined();
    }),
  );
});

test("a cancelled event does not come", () => {
  const queue = new EventQueue();
  const first = queue.plan(1, () => undefined);
  const second = queue.plan(2, () => undefined);

  first.cancelled = true;

  expect(queue.next()).toBe(second);
  expect(queue.next()).toBeUndefined();
});
