import { withLongNumbersAsText } from "./long-numbers.ts";

/** What a client sends is no JSON, or too much of it. */
export class JsonSequenceError extends Error {}

/**
 * Finds the objects in a text that holds several of them, one after the other, as it comes. Each is parsed when
 * its last brace is there, and no character is looked at twice, however small the pieces are.
 */
export class JsonSequence {
  readonly #bytesMax: number;
  /** What came of the object that has not ended, and its length. */
  #begun: string[] = [];
  #begunLength = 0;
  #depth = 0;
  /** Values in the object that has not ended, at least. */
  #values = 0;
  #inString = false;
  #isEscaped = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * The objects that end in this piece of the text, each found when it is asked for: a piece may hold so many that whoever
   * takes them has to pause. The next piece is pushed behind the last of them.
   *
   * @throws JsonSequenceError
   */
  *push(piece: string): Generator<unknown, void, undefined> {
    let start = 0;
    for (let at = 0; at < piece.length; at++) {
      const isEnd = this.#endsAt(piece.charCodeAt(at));
      if (this.#values > JSON_VALUES_MAX) {
        throw new JsonSequenceError(`a request of more than ${JSON_VALUES_MAX} values`);
      }
      if (!isEnd) continue;
      this.#begin(piece.slice(start, at + 1));
      start = at + 1;
      this.#values = 0;
      const text = this.#begun.join("");
      this.#begun = [];
      this.#begunLength = 0;
      yield parsed(text);
    }
    if (start < piece.length) this.#begin(piece.slice(start));
  }

  /** @throws JsonSequenceError if the text ends within an object. */
  end(): void {
    if (this.#begun.join("").trim() !== "") {
      throw new JsonSequenceError("the body ends within a request");
    }
  }

  #begin(text: string): void {
    if (this.#begunLength + text.length > this.#bytesMax) {
      throw new JsonSequenceError(`a request of more than ${this.#bytesMax} characters`);
    }
    this.#begun.push(text);
    this.#begunLength += text.length;
  }

  #open(): void {
    this.#depth++;
    this.#values++;
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
    else if (character === COMMA || character === OPEN_ARRAY) this.#values++;
    else if (character === OPEN) this.#open();
    else if (character === CLOSE) return --this.#depth <= 0;
    return false;
  }
}

const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** What is parsed at once takes some microseconds for each value; a transaction of all that may be in one has fewer. */
const JSON_VALUES_MAX = 131_072;

function parsed(text: string): unknown {
  try {
    return JSON.parse(withLongNumbersAsText(text));
  } catch (failure) {
    throw new JsonSequenceError((failure as Error).message);
  }
}
