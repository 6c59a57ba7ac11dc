import { inWords } from "./member-input.ts";
import type { MessageBook, MessageId } from "./message-book.ts";
import type { Move } from "./search.ts";

/** The actions of a path, one after the other; under each what it sent. */
export function pathInWords(path: readonly Move[], messages: MessageBook): readonly string[] {
  return path.flatMap(({ place, input, late, sent, kept }, at) => {
    const last = at === path.length - 1;
    const words = `${`${at + 1}`.padStart(3)}. node ${place + 1} ${inWords(input, late, messages)}`;
    return [words, ...sent.map((id) => `       ${fate(id, kept, last)} ${messages.inWords(id)}`)];
  });
}

function fate(id: MessageId, kept: readonly MessageId[], last: boolean): string {
  if (last) return "says";
  return kept.includes(id) ? "says" : "says in vain";
}
