import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "@holdfast/base";

/** A log file at most, bytes; then it is renamed to `….1`, over the one before it. */
const LOG_BYTES_MAX: number = 16 * 1024 * 1024;
/** A line at most, bytes; what is longer is shown in pieces. */
const LINE_BYTES_MAX: number = 64 * 1024;

/**
 * Where all that one node writes is kept, and from which its lines are told to
 * the terminal.
 *
 * Writes are synchronous: they go to the page cache, and nothing can pile up
 * here. A log that cannot be written is given up with one line, the node is not.
 */
export class NodeLog {
  readonly path: string;
  readonly #onLine: (line: string) => void;
  #descriptor: number | undefined;
  #size = 0;
  #partial = "";

  constructor(path: string, onLine: (line: string) => void) {
    this.path = path;
    this.#onLine = onLine;
  }

  /** Takes a piece of what the node wrote, wherever it was cut. */
  write(chunk: string): void {
    this.#keep(chunk);
    const lines = (this.#partial + chunk).split("\n");
    this.#partial = lines.pop() ?? "";
    for (const line of lines) this.#onLine(line);
    if (this.#partial.length > LINE_BYTES_MAX) this.#endLine();
  }

  /** Tells a last line that has no end, and closes the file; it is opened again by the next write. */
  close(): void {
    this.#endLine();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #endLine(): void {
    if (this.#partial !== "") this.#onLine(this.#partial);
    this.#partial = "";
  }

  #keep(chunk: string): void {
    if (this.#size === Number.POSITIVE_INFINITY) return;
    try {
      const descriptor = this.#descriptor ?? this.#open();
      this.#size += writeSync(descriptor, chunk);
      if (this.#size >= LOG_BYTES_MAX) this.#rotate();
    } catch (failure) {
      this.#size = Number.POSITIVE_INFINITY;
      this.#onLine(`its log can no longer be kept in ${this.path}: ${messageOf(failure)}`);
    }
  }

  #open(): number {
    mkdirSync(dirname(this.path), { recursive: true });
    const descriptor = openSync(this.path, "a");
    this.#descriptor = descriptor;
    this.#size = statSync(this.path).size;
    return descriptor;
  }

  #rotate(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    renameSync(this.path, `${this.path}.1`);
    this.#size = 0;
  }
}
