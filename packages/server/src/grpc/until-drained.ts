import type { EventEmitter } from "node:events";

/** Resolves once a stream takes more, or nobody wants it to. */
export function untilDrained(
  stream: Pick<EventEmitter, "once" | "off">,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const resume = (): void => {
      stream.off("drain", resume);
      signal.removeEventListener("abort", resume);
      resolve();
    };
    stream.once("drain", resume);
    signal.addEventListener("abort", resume);
  });
}
