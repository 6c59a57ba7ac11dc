import { PassThrough } from "node:stream";
import picocolors from "picocolors";
import { expect, test } from "vitest";
import type { Terminal } from "../terminal.ts";
import { simExplore } from "./sim-explore.ts";

const terminal: Terminal = {
  out: new PassThrough(),
  err: new PassThrough(),
  input: new PassThrough(),
  env: {},
  isInteractive: false,
  colours: picocolors.createColors(false),
};

test.each<[object, string]>([
  // A mistake that is not in the core would be made in nothing that is explored.
  [{ mutant: "the-log-is-not-synced" }, 'no mutant is called "the-log-is-not-synced"'],
  [{ mutant: "votes" }, "votes-twice"],
  [{ report: "x.html" }, "not --report"],
])("%j is refused", async (options, why) => {
  await expect(simExplore(terminal, { explore: true, ...options })).rejects.toThrow(why);
});
