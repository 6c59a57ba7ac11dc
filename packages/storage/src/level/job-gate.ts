/**
 * Lets so many jobs at a time into libuv's thread pool and has the others wait in
 * order, so that LevelDB never takes the threads that the log's writes need
 * (decision 13). Who may wait is bounded by whoever reads: open Views and the
 * applier.
 */
export class JobGate {
  readonly #jobsMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(jobsMax: number) {
    this.#jobsMax = jobsMax;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async run<Result>(job: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#jobsMax) {
      // Whoever ends hands its place on, so that nobody slips in between.
      await new Promise<void>((enter) => this.#waiting.push(enter));
    } else {
      this.#running++;
    }
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
