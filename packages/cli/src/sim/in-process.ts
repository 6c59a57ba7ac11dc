import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { REPOSITORY } from "../locations.ts";

const COMPLAINT_CHARACTERS = 2_000;

export interface ProcessWork<Order, News> {
  /** What the process runs: of these modules, as it was built file by file; a bundle cannot be given a mistake. */
  readonly script: string;
  /** What it is sent. */
  readonly order: Order;
  /** As the complaint names it if it breaks. */
  readonly what: string;
  /** Of its heap. */
  readonly memoryMib?: number | undefined;
  /** Aborts when it is to be ended. */
  readonly signal: AbortSignal;
  told?(news: News): void;
}

/**
 * Has a process of its own do something.
 *
 * @returns the last that it told; `undefined` if it told nothing.
 * @throws if it breaks.
 */
export async function inProcess<Order extends object, News>(
  work: ProcessWork<Order, News>,
): Promise<News | undefined> {
  const { script, order, what, memoryMib, signal } = work;
  const file = fileURLToPath(new URL(`packages/cli/dist/sim/${script}`, REPOSITORY));
  // None of what this process itself was started with: the other loads what was built.
  const execArgv = memoryMib === undefined ? [] : [`--max-old-space-size=${memoryMib}`];
  const child = fork(file, { stdio: ["ignore", "ignore", "pipe", "ipc"], execArgv });
  const end = (): boolean => child.kill();
  signal.addEventListener("abort", end);
  let last: News | undefined;
  let complaint = "";
  child.on("message", (message) => {
    last = message as News;
    work.told?.(last);
  });
  child.stderr?.on("data", (text: Buffer) => {
    complaint = `${complaint}${text}`.slice(0, COMPLAINT_CHARACTERS);
  });
  child.send(order);
  const [code] = (await once(child, "close")) as [number | null];
  signal.removeEventListener("abort", end);
  if (code !== 0 && !signal.aborted) throw new Error(`${what} broke: ${complaint}`);
  return last;
}
