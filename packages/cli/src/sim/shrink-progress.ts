import type { Terminal } from "../terminal.ts";

const LINE_EVERY_MS = 10_000;

/** One line that is written anew, or, where nobody watches, one now and then. */
export class ShrinkProgress {
  readonly #terminal: Terminal;
  readonly #invariant: string;
  #told = performance.now();

  constructor(terminal: Terminal, invariant: string) {
    this.#terminal = terminal;
    this.#invariant = invariant;
  }

  /** `size`: of the smallest so far, in words. */
  told(runs: number, size: string, seconds: number): void {
    const { out, isInteractive } = this.#terminal;
    const time = `${seconds.toFixed(0)} s`;
    const line = `shrinking ${this.#invariant}: ${runs} runs, ${time}, down to ${size}`;
    if (isInteractive) out.write(`\r\u001b[K${line}`);
    else if (performance.now() - this.#told >= LINE_EVERY_MS) {
      this.#told = performance.now();
      out.write(`${line}\n`);
    }
  }

  clear(): void {
    if (this.#terminal.isInteractive) this.#terminal.out.write("\r\u001b[K");
  }
}
