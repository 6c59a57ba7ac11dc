import { expect, onTestFinished, test } from "vitest";
import { requireTool } from "./require-tool.ts";

function notes(): { readonly all: string[]; skip(note?: string): void } {
  const all: string[] = [];
  return { all, skip: (note) => void all.push(note ?? "") };
}

test("a missing tool skips the test and says what to install", () => {
  const skipped = notes();

  requireTool("no-such-tool", skipped);

  expect(skipped.all).toEqual(["needs no-such-tool: install no-such-tool"]);
});

test("a missing tool that must be there fails the test", () => {
  const { HOLDFAST_REQUIRE: before } = process.env;
  onTestFinished(() => {
    Object.assign(process.env, { HOLDFAST_REQUIRE: before ?? "" });
  });
  Object.assign(process.env, { HOLDFAST_REQUIRE: "etcdctl, no-such-tool" });

  expect(() => requireTool("no-such-tool", notes())).toThrow(/needs no-such-tool/);
});

test("a tool that is there skips nothing", () => {
  const skipped = notes();

  requireTool("node", skipped);

  expect(skipped.all).toEqual([]);
});
