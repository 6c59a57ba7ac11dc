import { withLongNumbersAsText } from "./long-numbers.ts";

/** What a client sends is no JSON, or too much of it. */
export class JsonSequenceError extends Error {}

/**
 * Finds the objects in a text that holds several of them, one after the other, as it comes. Each is parsed when
 * its last brace is there.
 */
export class JsonSequence {
  readonly #bytesMax: number;
  #text = "";
  /** How far {@link #text} was looked at. */
  #at = 0;
  #depth = 0;
  #inString = false;
  #isEscaped = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * The objects that end in this piece of the text.
   *
   * @throws JsonSequenceError
   */
  push(piece: string): readonly unknown[] {
    this.#text += piece;
    const found: unknown[] = [];
    let start = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      if (!this.#endsAt(this.#text.charCodeAt(this.#at))) continue;
      found.push(parsed(this.#text.slice(start, this.#at + 1)));
      start = this.#at + 1;
    }
    this.#text = this.#text.slice(start);
    this.#at -= start;
    if (this.#text.length > this.#bytesMax) {
      throw new JsonSequenceError(`a request of more than ${this.#bytesMax} characters`);
    }
    return found;
  }

  /** @throws JsonSequenceError if the text ends within an object. */
  end(): void {
    if (this.#text.trim() !== "") throw new JsonSequenceError("the body ends within a request");
  }

  /** Whether an object ends with this character. */
  #endsAt(character: number): boolean {
    if (this.#inString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (character === BACKSLASH) this.#isEscaped = true;
      else if (character === QUOTE) this.#inString = false;
      return false;
    }
    if (character === QUOTE) this.#inString = true;
    else if (character === OPEN) this.#depth++;
    else if (character === CLOSE) return --this.#depth <= 0;
    return false;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

function parsed(text: string): unknown {
  try {
    return JSON.parse(withLongNumbersAsText(text));
  } catch (failure) {
    throw new JsonSequenceError((failure as Error).message);
  }
}
