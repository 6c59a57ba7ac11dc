import { type Carried, type Decision, isMessageFault, type MessageFault } from "./decision.ts";

/** What a script has in store for messages, found by link, kind and number. */
export class MessageFates {
  readonly #fates = new Map<string, MessageFault[]>();

  constructor(decisions: readonly Decision[]) {
    for (const { act } of decisions) {
      if (!isMessageFault(act)) continue;
      const key = keyOf(act.from, act.to, act.carried, act.nth);
      const known = this.#fates.get(key);
      if (known === undefined) this.#fates.set(key, [act]);
      else known.push(act);
    }
  }

  of(from: number, to: number, carried: Carried, nth: number): readonly MessageFault[] {
    return this.#fates.get(keyOf(from, to, carried, nth)) ?? [];
  }
}

function keyOf(from: number, to: number, carried: Carried, nth: number): string {
  return `${from}>${to} ${carried} ${nth}`;
}
