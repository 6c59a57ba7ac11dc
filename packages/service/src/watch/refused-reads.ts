import { type Clock, HoldfastError } from "@holdfast/base";

/** After a read that was refused for the moment, ms. */
const RETRY_MS = 100;

/** Whether a node that is busy refused a read which it may answer a little later. */
export function isRefusedForNow(failure: unknown): boolean {
  return failure instanceof HoldfastError && failure.retryable && failure.code !== "STOPPED";
}

/** How long watches wait before such a read is asked again. */
export function pauseBeforeRetry(clock: Clock): Promise<void> {
  return new Promise((resume) => {
    clock.timer(RETRY_MS, resume);
  });
}
