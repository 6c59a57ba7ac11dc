import { fingerprintOf } from "./picture.ts";
import type { Renaming } from "./renaming.ts";

export type ShapeId = number;

/** How numbered things look when the members are named anew: things that look alike have one number. */
export class ShapeBook {
  readonly #renamings: readonly Renaming[];
  readonly #ids = new Map<number, ShapeId>();
  /** For each thing, its shape under each renaming. */
  readonly #shapes: Int32Array[] = [];

  constructor(renamings: readonly Renaming[]) {
    this.#renamings = renamings;
  }

  /** The next thing; `draw` is its picture under a renaming. */
  add(draw: (renaming: Renaming) => string): void {
    this.#shapes.push(Int32Array.from(this.#renamings, (renaming) => this.#idOf(draw(renaming))));
  }

  /** By the position of the renaming. */
  of(thing: number, renaming: number): ShapeId {
    return this.#shapes[thing]?.[renaming] ?? -1;
  }

  #idOf(picture: string): ShapeId {
    const fingerprint = fingerprintOf(picture);
    const known = this.#ids.get(fingerprint);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(fingerprint, id);
    return id;
  }
}
