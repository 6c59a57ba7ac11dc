import { expect, test } from "vitest";
import type { Counterexample, ToldOperation } from "../counterexample.ts";
import { SHOWN_MAX } from "./counterexample-rows.ts";
import { drawCounterexample } from "./draw-counterexample.ts";

function told(text: string, called: number, returned?: number, client = "c"): ToldOperation {
  return { client, called, returned, text };
}

const found: Counterexample = {
  partition: "x",
  operations: 5,
  order: [
    { ...told("write 1", 1, 2), state: "1" },
    { ...told("write 2", 3, 9, "d"), state: "2" },
    { ...told("read → 2", 2.5, 8, "g"), state: "2" },
  ],
  initialState: "unset",
  impossible: told("read → 1", 5, 6, "e"),
  refusedIn: ["2"],
  others: [told("write 3", 4, undefined, "f")],
};

function count(page: string, what: string): number {
  return page.split(what).length - 1;
}

/** The height at which the element that holds this text is drawn. */
function heightOf(page: string, text: string): number {
  return Number(new RegExp(`y="([\\d.]+)"[^>]*>${text}<`).exec(page)?.[1]);
}

test("each operation is a bar: placed ones with a dot, the impossible one crossed, others dashed", () => {
  const page = drawCounterexample(found);

  expect(count(page, 'class="bar"')).toBe(3);
  expect(count(page, 'class="point"')).toBe(3);
  expect(count(page, 'class="bar bad"')).toBe(1);
  expect(count(page, 'class="cross"')).toBe(1);
  expect(count(page, 'class="bar open"')).toBe(1);
});

test("it says what is wrong, and stands in the order of time", () => {
  const page = drawCounterexample(found);

  expect(page).toContain("<h1>Not linearizable: read → 1</h1>");
  expect(page).toContain("it can only have met the state 2.");
  const heights = ["write 1", "write 2", "read → 2", "write 3", "read → 1"].map((text) =>
    heightOf(page, text),
  );
  expect(heights).toEqual(heights.toSorted((a, b) => a - b));
  expect(new Set(heights).size).toBe(5);
});

test("a long order shows its end, and how much it hides", () => {
  const order = Array.from({ length: SHOWN_MAX.placed + 7 }, (_, at) => ({
    ...told(`write ${at}`, at, at + 0.5),
    state: String(at),
  }));
  const impossible = told("read → x", 500, 501);
  const others = Array.from({ length: SHOWN_MAX.others + 3 }, (_, at) => told(`open ${at}`, at));

  const page = drawCounterexample({ ...found, order, impossible, others });

  expect(count(page, 'class="point"')).toBe(SHOWN_MAX.placed);
  expect(page).toContain("after 7 others");
  expect(page).toContain("and 3 more that are not in the order");
});

test("keys and values cannot become markup", () => {
  const page = drawCounterexample({
    ...found,
    impossible: told('get <img src="x"> \u0000&', 5, 6, '"><b>'),
  });

  expect(page).toContain("get &lt;img src=&quot;x&quot;&gt; \\x00&amp;");
  expect(page).not.toMatch(/<img|<b>/);
});
