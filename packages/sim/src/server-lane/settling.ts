/** The event loop of the process that simulates. */
export interface EventLoop {
  /** Runs after all promises that can be kept: cheaper than a turn. */
  tick(run: () => void): void;
  turn(): Promise<void>;
}

/** Signals and messages are heard once in so many events. */
const HEARD_EVERY = 1_000;

/** What {@link ServerRunSettings.settle} asks for. */
export function settling({ tick, turn }: EventLoop): () => Promise<void> {
  let events = 0;
  return () => {
    events++;
    return events % HEARD_EVERY === 0 ? turn() : new Promise((resolve) => tick(resolve));
  };
}
