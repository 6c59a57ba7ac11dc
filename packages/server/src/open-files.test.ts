import { expect, test } from "vitest";
import { connectionLimits, openFilesLimit } from "./open-files.ts";

test.each([
  [1_048_576, { client: 10_000, peer: 256 }],
  [20_000, { client: 10_000, peer: 256 }],
  [1_024, { client: 512, peer: 128 }],
  [256, { client: 128, peer: 32 }],
  [Number.POSITIVE_INFINITY, { client: 10_000, peer: 256 }],
])("with %d open files", (openFiles, expected) => {
  expect(connectionLimits(openFiles)).toEqual(expected);
});

test("the limit is read as Linux tells it", () => {
  const limits = [
    "Limit                     Soft Limit           Hard Limit           Units",
    "Max processes             95424                95424                processes",
    "Max open files            1024                 1048576              files",
  ];

  expect(openFilesLimit(limits.join("\n"))).toBe(1_024);
  expect(openFilesLimit("Max open files            unlimited            unlimited  files")).toBe(
    Number.POSITIVE_INFINITY,
  );
  expect(openFilesLimit("")).toBe(Number.POSITIVE_INFINITY);
});

test.runIf(process.platform === "linux")("this process has one", () => {
  expect(openFilesLimit()).toBeGreaterThan(0);
});
