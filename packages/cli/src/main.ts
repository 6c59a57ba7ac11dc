import { run } from "./run.ts";
import { processTerminal } from "./terminal.ts";

/** Whatever a library forgot to close may keep the process no longer than this, ms. */
const LINGER_MS = 500;

// A reader that went away, such as `head`, or a supervisor that died: no reason to end without closing the disk.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

// No `await` here: the bundle of this file is a script.
void run(process.argv.slice(2), processTerminal()).then((exitCode) => {
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), LINGER_MS).unref();
});
