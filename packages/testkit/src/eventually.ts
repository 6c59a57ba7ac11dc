import { messageOf } from "@holdfast/base";

export interface EventuallyOptions {
  /** How long to go on trying, ms. */
  readonly within: number;
  /** What is waited for, for the message of the failure. */
  readonly what?: string;
}

const PAUSE_MS = { least: 5, most: 200 } as const;

/**
 * Waits until `condition` holds: it returns something other than `false` and
 * `undefined`, and throws nothing. The only tool for waiting in tests.
 *
 * @throws Error when the time is up, with the last failure as its cause.
 */
export async function eventually<Value>(
  condition: () => Promise<Value> | Value,
  { within, what = "the condition" }: EventuallyOptions,
): Promise<Exclude<Value, false | undefined>> {
  const deadline = performance.now() + within;
  let lastFailure: unknown;
  for (let pauseMs: number = PAUSE_MS.least; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS.most)) {
    try {
      const value = await condition();
      if (value !== false && value !== undefined) return value as Exclude<Value, false | undefined>;
      lastFailure = undefined;
    } catch (failure) {
      lastFailure = failure;
    }
    const left = deadline - performance.now();
    if (left <= 0) throw gaveUp(what, within, lastFailure);
    await pause(Math.min(pauseMs, left));
  }
}

function gaveUp(what: string, within: number, lastFailure: unknown): Error {
  const why = lastFailure === undefined ? "" : `: ${messageOf(lastFailure)}`;
  return new Error(`${what} did not hold within ${within} ms${why}`, { cause: lastFailure });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
