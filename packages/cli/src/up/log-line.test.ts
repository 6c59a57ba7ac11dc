import { expect, test } from "vitest";
import { terminalLogLine } from "./log-line.ts";

test.each([
  {
    what: "a warning, with its fields",
    line: '{"level":40,"time":"2026-01-01T00:00:00Z","node":"n1","peer":"n2","waitedMs":12,"msg":"peer is slow"}',
    shows: "WARN peer is slow peer=n2 waitedMs=12",
  },
  { what: "an error", line: '{"level":50,"msg":"disk failed"}', shows: "ERROR disk failed" },
  { what: "what a crash prints", line: "RangeError: no", shows: "RangeError: no" },
  { what: "broken JSON, as it is", line: '{"level":', shows: '{"level":' },
])("the terminal shows $what", ({ line, shows }) => {
  expect(terminalLogLine(line)).toBe(shows);
});

test.each([
  '{"level":30,"msg":"leader elected"}',
  '{"level":20,"msg":"x"}',
  '{"msg":"x"}',
  "",
  "  ",
])("the terminal does not show %j", (line) => {
  expect(terminalLogLine(line)).toBeUndefined();
});

test("a line without end is cut", () => {
  expect(terminalLogLine("x".repeat(10_000))?.length).toBe(401);
});
