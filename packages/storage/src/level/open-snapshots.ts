/** One that is open. */
interface OpenSnapshot {
  /** Batches with deletions that were written before it was taken. */
  readonly after: number;
  readonly closed: Promise<void>;
  close(): void;
}

/** Which snapshots of a database hold what was deleted since they were taken. */
export class OpenSnapshots {
  readonly #open = new Set<OpenSnapshot>();
  #deletions = 0;

  /** A batch that deletes is on its way, or was written. */
  deleted(): void {
    this.#deletions++;
  }

  /** One is taken; the answer is to be called when it is closed. */
  taken(): () => void {
    let isClosed: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      isClosed = resolve;
    });
    const close = (): void => {
      this.#open.delete(one);
      isClosed();
    };
    const one: OpenSnapshot = { after: this.#deletions, closed, close };
    this.#open.add(one);
    return close;
  }

  /** Resolves when those are closed that hold something; `undefined`: none does. */
  holding(): Promise<void> | undefined {
    const holding = [...this.#open].filter(({ after }) => after < this.#deletions);
    if (holding.length === 0) return undefined;
    return Promise.all(holding.map(({ closed }) => closed)).then(() => undefined);
  }

  /** The database is closed, and they with it. */
  closeAll(): void {
    for (const { close } of [...this.#open]) close();
  }
}
