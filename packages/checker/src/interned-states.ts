import type { Model } from "./model.ts";

/** Roughly what one state costs beside the characters of its key. */
const STATE_BYTES = 160;

/** Numbers states, equal ones alike, so that a configuration holds one word of them. */
export class InternedStates<State> {
  readonly #model: Pick<Model<State, never, never>, "key">;
  readonly #idByKey = new Map<string | number, number>();
  readonly #states: State[] = [];
  #bytes = 0;

  constructor(model: Pick<Model<State, never, never>, "key">) {
    this.#model = model;
  }

  /** About so many bytes of memory. */
  get bytes(): number {
    return this.#bytes;
  }

  idOf(state: State): number {
    const key = this.#model.key(state);
    const known = this.#idByKey.get(key);
    if (known !== undefined) return known;
    const id = this.#states.length;
    this.#states.push(state);
    this.#idByKey.set(key, id);
    this.#bytes += STATE_BYTES + (typeof key === "string" ? 2 * key.length : 0);
    return id;
  }

  /** The state of an id that {@link idOf} gave. */
  at(id: number): State {
    return this.#states[id] as State;
  }
}
