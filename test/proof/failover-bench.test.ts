import { expect, test } from "vitest";
import { holdfast } from "../run-command.ts";
import { show } from "../show.ts";

const ROUNDS = 20;
const MEDIAN_MS_MAX = 300;

test("over 20 rounds the median from kill -9 of the leader to the next write is under 300 ms, and no write is lost", async () => {
  const args = ["bench", "failover", "--rounds", String(ROUNDS), "-o", "json"];

  const { code, stdout, stderr } = await holdfast(args);

  expect({ code, stderr }).toMatchObject({ code: 0 });
  const report: FailoverFigures = JSON.parse(stdout);
  const { medianMs, p99Ms, acknowledgedWrites, lostWrites } = report;
  show("bench failover", { medianMs, p99Ms, acknowledgedWrites, lostWrites });
  expect(report.rounds).toHaveLength(ROUNDS);
  for (const { killed, acceptedBy } of report.rounds) expect(acceptedBy).not.toBe(killed);
  expect(medianMs).toBeLessThan(MEDIAN_MS_MAX);
  expect(lostWrites).toBe(0);
});

interface FailoverFigures {
  readonly rounds: readonly { readonly killed: string; readonly acceptedBy: string }[];
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly acknowledgedWrites: number;
  readonly lostWrites: number;
}
