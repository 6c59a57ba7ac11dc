import fc from "fast-check";
import { expect, test } from "vitest";
import { AnsweredRuns } from "./answered-runs.ts";

test("runs added in any order are found, and taken once they are acknowledged", () => {
  const gaps = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 4 })), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(gaps, fc.infiniteStream(fc.nat()), fc.nat({ max: 80 }), (list, order, acked) => {
      let next = 0;
      const runs = list.map(([gap, count]) => {
        const first = next + gap;
        next = first + count;
        return { first, count };
      });
      const answered = new AnsweredRuns();
      for (const { run } of runs
        .map((run) => ({ run, at: order.next().value ?? 0 }))
        .sort((a, b) => a.at - b.at)) {
        answered.add(run);
      }

      for (let sequence = 0; sequence <= next; sequence++) {
        const holder = runs.find(
          ({ first, count }) => first <= sequence && sequence < first + count,
        );
        expect(answered.find(sequence)).toEqual(holder);
      }
      const below = runs.filter(({ first, count }) => first + count <= acked);
      expect(answered.takeBelow(acked)).toEqual(below);
      expect(answered.takeBelow(Number.POSITIVE_INFINITY)).toEqual(runs.slice(below.length));
    }),
  );
});
