/**
 * Which types stand where in values of one kind, learned from examples. Reading and
 * writing alone prove little: a decoder that took a text for a number would write it again.
 *
 * Places are named by the path to them. Elements of an array share one, and an object with a
 * `kind` has the same places wherever it stands, for it may stand within its like.
 */
export class ValueShape {
  readonly #types = new Map<string, Set<string>>();

  constructor(examples: readonly unknown[]) {
    for (const example of examples) {
      visit(example, "", (place, type) => {
        const types = this.#types.get(place) ?? new Set();
        this.#types.set(place, types.add(type));
      });
    }
  }

  /** @throws Error if something stands where none of the examples has its like. */
  check(value: unknown): void {
    visit(value, "", (place, type) => {
      if (this.#types.get(place)?.has(type) === true) return;
      const known = [...(this.#types.get(place) ?? ["nothing"])].join(" or ");
      throw new Error(`${place || "the whole"} holds ${type}, where there is ${known}`);
    });
  }
}

function visit(value: unknown, place: string, seen: (place: string, type: string) => void): void {
  const type = typeOf(value);
  seen(place, type);
  if (type === "list") {
    for (const item of value as readonly unknown[]) visit(item, `${place}[]`, seen);
    return;
  }
  if (type !== "record") return;
  const { kind } = value as { readonly kind?: unknown };
  if (typeof kind === "string") seen(place, `a ${kind}`);
  const within = typeof kind === "string" ? `<${kind}>` : place;
  for (const [name, field] of Object.entries(value as object))
    visit(field, `${within}.${name}`, seen);
}

/** A number that is no whole one, or not exact, is a type of its own. */
function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (value instanceof Uint8Array) return "bytes";
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "record";
  if (typeof value !== "number") return typeof value;
  return Number.isSafeInteger(value) ? "whole number" : `number like ${value}`;
}
