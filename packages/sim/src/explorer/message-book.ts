import type { Message } from "@holdfast/raft";
import { describe } from "../trace.ts";
import { PLAIN_VIEW, pictureOf } from "./picture.ts";
import type { Renaming } from "./renaming.ts";
import { ShapeBook } from "./shape-book.ts";

export type MessageId = number;

/** Every message that was ever sent; equal ones have one number. */
export class MessageBook {
  readonly #ids = new Map<string, MessageId>();
  readonly #messages: Message[] = [];
  readonly shapes: ShapeBook;
  /** The place of whom it is to, by number. */
  readonly #targets: number[] = [];

  constructor(renamings: readonly Renaming[]) {
    this.shapes = new ShapeBook(renamings);
  }

  get count(): number {
    return this.#messages.length;
  }

  idOf(message: Message): MessageId {
    const picture = pictureOf(message, PLAIN_VIEW);
    const known = this.#ids.get(picture);
    if (known !== undefined) return known;
    this.#ids.set(picture, this.#messages.length);
    this.#messages.push(message);
    this.#targets.push(message.to - 1);
    this.shapes.add((renaming) => pictureOf(message, { ...PLAIN_VIEW, renaming }));
    return this.#messages.length - 1;
  }

  at(id: MessageId): Message {
    const message = this.#messages[id];
    if (message === undefined) throw new Error(`there is no message ${id}`);
    return message;
  }

  targetOf(id: MessageId): number {
    return this.#targets[id] ?? -1;
  }

  inWords(id: MessageId): string {
    const { kind, from, to, ...rest } = this.at(id);
    return `${kind} ${from}→${to} ${describe(rest)}`;
  }
}
