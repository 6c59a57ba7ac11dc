import { expect, test } from "vitest";
import { parseMetrics } from "./node-process.ts";

test("metrics are read by name and labels, comments left out", () => {
  const text = [
    "# HELP a what it is",
    "# TYPE a counter",
    "a 3",
    'b{node="n 1",le="+Inf"} 4.5',
    "c 1e3 1700000000",
    "",
  ].join("\n");

  expect([...parseMetrics(text)]).toEqual([
    ["a", 3],
    ['b{node="n 1",le="+Inf"}', 4.5],
    ["c", 1000],
  ]);
});
