import { EXIT } from "../exit-codes.ts";
import type { GivenGlobals } from "../global-options.ts";
import { progressBar } from "../snapshot/progress-bar.ts";
import { summaryText } from "../snapshot/summary-text.ts";
import { type Terminal, write } from "../terminal.ts";

/** Checks every byte of a snapshot's file, and tells what it holds. */
export async function snapshotStatus(
  terminal: Terminal,
  file: string,
  options: GivenGlobals,
): Promise<number> {
  const { readBackup } = await import("@holdfast/server");
  const bar = progressBar(terminal, "checking");
  try {
    const summary = await readBackup(file, { progress: (...at) => bar.update(...at) });
    bar.stop();
    await write(terminal.out, summaryText(terminal, { ...summary, file }, options.output));
    return EXIT.ok;
  } finally {
    bar.stop();
  }
}
