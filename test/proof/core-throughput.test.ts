import { expect, test } from "vitest";
import { holdfast } from "../run-command.ts";
import { show } from "../show.ts";

const PER_SECOND_MIN = 300_000;

test("three cores joined by arrays commit at least 300,000 entries of 128 bytes a second", async () => {
  const { code, stdout, stderr } = await holdfast(["bench", "core", "-o", "json"]);

  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { medianPerSecond, rounds }: CoreFigures = JSON.parse(stdout);
  show("bench core", { medianPerSecond: Math.round(medianPerSecond), rounds: rounds.length });
  expect(medianPerSecond).toBeGreaterThan(PER_SECOND_MIN);
});

interface CoreFigures {
  readonly rounds: readonly number[];
  readonly medianPerSecond: number;
}
