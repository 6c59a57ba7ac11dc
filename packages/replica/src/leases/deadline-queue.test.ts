import fc from "fast-check";
import { expect, test } from "vitest";
import { DeadlineQueue } from "./deadline-queue.ts";

const ids = fc.bigInt({ min: 1n, max: 12n });
const times = fc.integer({ min: 0, max: 20 });

test("takes what is due, the soonest first, whatever was moved or removed before", () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("set" as const), id: ids, at: times }),
      fc.record({ kind: fc.constant("delete" as const), id: ids }),
      fc.record({ kind: fc.constant("take" as const), now: times }),
    ),
  );
  fc.assert(
    fc.property(steps, (list) => {
      const queue = new DeadlineQueue();
      const plain = new Map<bigint, number>();
      for (const step of list) {
        if (step.kind === "set") {
          queue.set(step.id, step.at);
          plain.set(step.id, step.at);
        } else if (step.kind === "delete") {
          queue.delete(step.id);
          plain.delete(step.id);
        } else {
          expectSoonest(queue, plain, step.now);
        }
        expect(queue.size).toBe(plain.size);
        for (const [id, at] of plain) expect(queue.at(id)).toBe(at);
      }
    }),
  );
});

function expectSoonest(queue: DeadlineQueue, plain: Map<bigint, number>, now: number): void {
  const soonest = Math.min(...plain.values());
  const taken = queue.takeDue(now);
  expect(taken === undefined).toBe(soonest > now);
  if (taken === undefined) return;
  expect(plain.get(taken)).toBe(soonest);
  plain.delete(taken);
}
