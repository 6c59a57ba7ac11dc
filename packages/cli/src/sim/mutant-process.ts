// Examines one run of code with a mistake in it: its parent sends it a MutantOrder.
import { once } from "node:events";
import { register } from "node:module";
import { describeFailure } from "../describe-failure.ts";
import { EXIT } from "../exit-codes.ts";
import { processTerminal, write } from "../terminal.ts";
import type { MutantOrder } from "./examine-mutant.ts";

// A reader that went away, such as `head`.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
const [{ hunt, examination }] = (await once(process, "message")) as [MutantOrder];
process.disconnect();
register("./module-hooks.js", import.meta.url, { data: hunt });
const terminal = processTerminal();
try {
  // Only now: what is loaded before the hooks are there has no mistake in it.
  const { examineSeed } = await import("./examine-seed.ts");
  process.exitCode = await examineSeed(terminal, examination);
} catch (failure) {
  await write(terminal.err, describeFailure(failure));
  process.exitCode = EXIT.usage;
}
