import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { RunFigures } from "@holdfast/sim";
import { UsageError } from "../usage-error.ts";

/** What a worker process tells the one that started it. */
export type WorkerMessage =
  | { readonly kind: "figures"; readonly figures: RunFigures }
  | { readonly kind: "violation"; readonly text: string };

export interface WorkerRun {
  readonly jobs: number;
  /** The command line of the worker with a number from 0. */
  argumentsOf(worker: number): readonly string[];
  told(message: WorkerMessage): void;
  /** Aborts when the workers are to end. */
  readonly signal: AbortSignal;
}

/** Runs this same command in several processes and hears what they find; resolves when all have ended. */
export async function runWorkers(run: WorkerRun): Promise<void> {
  const command = process.argv[1];
  if (command === undefined) throw new UsageError("--jobs needs the holdfast command's own file");
  const workers = Array.from({ length: run.jobs }, (_, at) =>
    fork(command, [...run.argumentsOf(at)], { stdio: ["ignore", "inherit", "inherit", "ipc"] }),
  );
  const stop = (): void => {
    for (const worker of workers) worker.kill();
  };
  run.signal.addEventListener("abort", stop);
  try {
    await Promise.all(workers.map((worker) => follow(worker, run)));
  } finally {
    run.signal.removeEventListener("abort", stop);
    stop();
  }
}

async function follow(worker: ChildProcess, run: WorkerRun): Promise<void> {
  worker.on("message", (message) => run.told(message as WorkerMessage));
  const [code, signal] = (await once(worker, "exit")) as [number | null, string | null];
  if (code === 0 || run.signal.aborted) return;
  // One that finds a violation tells so and ends with 0: this one broke.
  run.told({
    kind: "violation",
    text: `a worker process ended with ${code === null ? signal : `status ${code}`}\n`,
  });
}

/** Sends to the process that started this one. */
export function tellParent(message: WorkerMessage): void {
  process.send?.(message);
}
