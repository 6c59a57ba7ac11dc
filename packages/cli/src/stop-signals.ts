/** npm passes a signal on that the whole process group has got already; its copy comes within this, ms. */
const ECHO_MS = 1000;

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What to do when this process is asked to end. */
export interface StopActions {
  /** The first signal. */
  readonly stop: (signal: string) => void;
  /** Another one, at least a second later: somebody has lost patience (decision 25). */
  readonly force: () => void;
}

/** Handles the signals that end a process; the result undoes it. */
export function watchStopSignals(actions: StopActions): () => void {
  const judge = signalJudge(actions, () => performance.now());
  for (const signal of STOP_SIGNALS) process.on(signal, judge);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, judge);
  };
}

/** Tells a second signal from the echo of the first; `now` in ms, never backwards. */
export function signalJudge(actions: StopActions, now: () => number): (signal: string) => void {
  let firstAt: number | undefined;
  return (signal) => {
    if (firstAt === undefined) {
      firstAt = now();
      actions.stop(signal);
    } else if (now() - firstAt >= ECHO_MS) {
      actions.force();
    }
  };
}

/** Waits for the signals that end a process: the first one aborts `signal`, another ends the process at once. */
export interface StopWait {
  readonly signal: AbortSignal;
  /** Whether a signal came within so long, ms. */
  within(ms: number): Promise<boolean>;
  /** Leaves them to others again. */
  forget(): void;
}

export function untilStopSignal(): StopWait {
  const controller = new AbortController();
  const { signal } = controller;
  const forget = watchStopSignals({
    stop: () => controller.abort(),
    force: () => process.exit(1),
  });
  return {
    signal,
    forget,
    within: (ms) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(true);
        const timer = setTimeout(() => resolve(false), ms);
        signal.addEventListener(
          "abort",
          () => {
            clearTimeout(timer);
            resolve(true);
          },
          { once: true },
        );
      }),
  };
}
