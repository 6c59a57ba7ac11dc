import { expect, test } from "vitest";
import { DiskFullError } from "../storage-errors.ts";
import { spaceLimitOf } from "./space-limit.ts";

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: write`), { code });
}

test.each([
  { cause: systemError("ENOSPC"), limit: "disk", words: "free disk space" },
  { cause: systemError("EDQUOT"), limit: "quota", words: "quota is used up" },
  { cause: systemError("EFBIG"), limit: "file-size", words: "ulimit -f" },
  {
    cause: new Error("IO error: state.1/000005.log: File too large"),
    limit: "file-size",
    words: "ulimit -f",
  },
  {
    cause: new Error("write failed", { cause: new Error("IO error: No space left on device") }),
    limit: "disk",
    words: "free disk space",
  },
])("$cause.message is a lack of space with words of its own", ({ cause, limit, words }) => {
  expect(spaceLimitOf(cause)).toBe(limit);
  expect(new DiskFullError("state.1", { cause }).message).toContain(words);
});

test("another failure is no lack of space", () => {
  expect(spaceLimitOf(systemError("EIO"))).toBeUndefined();
});
