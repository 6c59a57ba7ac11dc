import { Presets, SingleBar } from "cli-progress";
import type { Terminal } from "../terminal.ts";

/** How far something long has come, where a person looks on. */
export interface ProgressBar {
  update(bytes: number, ofBytes: number): void;
  /** Idempotent. */
  stop(): void;
}

const MIB = 1024 * 1024;

/** Draws on standard error, so that what is printed can be piped; draws nothing where nobody looks on. */
export function progressBar({ err, isInteractive }: Terminal, title: string): ProgressBar {
  if (!isInteractive) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    {
      stream: err,
      format: `${title} {bar} {percentage}%, {value} of {total} MiB`,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_grey,
  );
  bar.start(1, 0);
  return {
    update: (bytes, ofBytes) => {
      bar.setTotal(Math.max(1, Math.ceil(ofBytes / MIB)));
      bar.update(Math.ceil(bytes / MIB));
    },
    stop: () => bar.stop(),
  };
}
