import { below, type Random, SeededRandom } from "@holdfast/base";

/** Chance in the shapes that a world needs; one named stream of a run. */
export class Dice {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  get random(): Random {
    return this.#random;
  }

  /** A whole number in `[0, limit)`. */
  below(limit: number): number {
    return below(this.#random, limit);
  }

  /** A whole number in `[least, most]`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** A number in `[0, 1)`. */
  fraction(): number {
    return this.#random.uint32() / 0x1_0000_0000;
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** A waiting time whose mean is `mean`: most are short, a few are very long. */
  exponential(mean: number): number {
    return -Math.log(1 - this.fraction()) * mean;
  }

  /** Evenly spread over orders of magnitude, so that small values come as often as large ones. */
  logarithmic(least: number, most: number): number {
    return least * (most / least) ** this.fraction();
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  pick<Item>(items: readonly Item[]): Item | undefined;
  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(items.length)];
  }

  /** The items in random order. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const rest = [...items];
    const order: Item[] = [];
    while (rest.length > 0) order.push(...rest.splice(this.below(rest.length), 1));
    return order;
  }
}

/**
 * All chance of a run, in named streams that follow from one seed: a draw more in
 * one stream shifts no other.
 */
export class RandomStreams {
  readonly #seed: number;
  readonly #streams = new Map<string, Dice>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  stream(name: string): Dice {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const dice = new Dice(new SeededRandom(streamSeed(this.#seed, name)));
    this.#streams.set(name, dice);
    return dice;
  }
}

/** FNV-1a over the name, with the seed in the upper half: two names never share a stream by a sum. */
function streamSeed(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ (seed >>> 0);
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193) >>> 0;
  }
  return (Math.floor(seed) % 0x20_0000) * 0x1_0000_0000 + hash;
}
