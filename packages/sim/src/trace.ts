import type { Millis } from "@holdfast/base";

interface Line {
  readonly at: Millis;
  readonly kind: string;
  readonly place: number;
  readonly a: number;
  readonly b: number;
  readonly subject: unknown;
}

const KEPT = 200;

/**
 * What happened, in one number that two equal runs share, and the last of it in
 * words. Words are made only when somebody wants to read them.
 */
export class Trace {
  readonly #codes = new Map<string, number>();
  readonly #kept: Line[] = [];
  readonly #listener: ((line: string) => void) | undefined;
  #hash = 0x811c9dc5;
  #count = 0;

  /** `listener` is told every line: for one seed, it is the whole story. */
  constructor(listener?: (line: string) => void) {
    this.#listener = listener;
  }

  /** Eight hexadecimal digits. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  /** `subject` is shown, not hashed; it must not change afterwards. */
  note(at: Millis, kind: string, place: number, a = 0, b = 0, subject?: unknown): void {
    this.#mix(this.#codeOf(kind));
    this.#mix(Math.floor(at * 64));
    this.#mix(place);
    this.#mix(a);
    this.#mix(b);
    const line = { at, kind, place, a, b, subject };
    this.#kept[this.#count % KEPT] = line;
    this.#count++;
    this.#listener?.(inWords(line));
  }

  /** The last lines, oldest first. */
  last(count: number = KEPT): readonly string[] {
    const lines: string[] = [];
    for (let at = Math.max(0, this.#count - Math.min(count, KEPT)); at < this.#count; at++) {
      const line = this.#kept[at % KEPT];
      if (line !== undefined) lines.push(inWords(line));
    }
    return lines;
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), 0x01000193);
    this.#hash ^= this.#hash >>> 15;
  }

  #codeOf(kind: string): number {
    const known = this.#codes.get(kind);
    if (known !== undefined) return known;
    let code = 0;
    for (let at = 0; at < kind.length; at++) code = Math.imul(code, 31) + kind.charCodeAt(at);
    this.#codes.set(kind, code);
    return code;
  }
}

function inWords({ at, kind, place, a, b, subject }: Line): string {
  const numbers = a === 0 && b === 0 ? "" : ` ${a}${b === 0 ? "" : ` ${b}`}`;
  const rest = subject === undefined ? "" : ` ${describe(subject)}`;
  return `${at.toFixed(2).padStart(11)} node ${place} ${kind}${numbers}${rest}`;
}

const DESCRIBED_MAX = 300;

/** An object in a few words; payloads by their length, lists of entries by their ends. */
export function describe(subject: unknown): string {
  if (typeof subject === "string") return subject;
  const text = JSON.stringify(subject, (name: string, value: unknown): unknown => {
    if (value instanceof Uint8Array) return `${value.length} bytes`;
    if (name === "profiles") return undefined;
    if (name === "entries" && Array.isArray(value)) return entriesInWords(value);
    return value;
  });
  return (text ?? "").replaceAll('"', "").slice(0, DESCRIBED_MAX);
}

function entriesInWords(entries: readonly { index: number; term: number; kind: string }[]): string {
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return "none";
  const kinds = entries.some(({ kind }) => kind === "membership") ? " with a membership" : "";
  return `${first.term}/${first.index}..${last.term}/${last.index}${kinds}`;
}
