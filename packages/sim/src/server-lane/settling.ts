/** Goes on with `then` when no promise can go on without something happening. */
export type Settle = (then: () => void) => void;

/** The event loop of the process that simulates. */
export interface EventLoop {
  /** Runs it when there are no promises left that can go on. */
  tick(run: () => void): void;
  /** Runs it when signals and messages have been heard. */
  turn(run: () => void): void;
}

/** Signals and messages are heard once in so many events. */
const HEARD_EVERY = 1_000;
const READY = Promise.resolve();

/** How a world lets promises settle: by ticks, which are cheaper than turns. */
export function settling({ tick, turn }: EventLoop): Settle {
  let events = 0;
  let then: () => void;
  const next = (): void => tick(then);
  return (goOn) => {
    events++;
    if (events % HEARD_EVERY === 0) return turn(goOn);
    then = goOn;
    // A tick that is asked for within a tick comes before promises, one within a promise behind them.
    void READY.then(next);
  };
}
