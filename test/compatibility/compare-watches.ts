import { isDeepStrictEqual } from "node:util";
import { below, type Random, SeededRandom } from "@holdfast/testkit";
import { comparable } from "./answers/comparable.ts";
import { isFields, plainOf } from "./answers/plain-value.ts";
import { drawTxn } from "./requests/draw-txn.ts";
import { drawDeleteRange, drawPut } from "./requests/draw-write.ts";
import { chance, pick, type World } from "./requests/world.ts";
import type { StorePair } from "./stores/store-pair.ts";
import type { WireRequest } from "./stores/wire-method.ts";
import { drawWatch } from "./watches/draw-watch.ts";
import { lastRevision, WatchesDifferError, WatchPair } from "./watches/watch-pair.ts";
import { WatchRecorder } from "./watches/watch-recorder.ts";

const STREAMS = 3;
const WATCHES_PER_STREAM_MAX = 12;
const EVERYTHING = { key: Buffer.from([0]), range_end: Buffer.from([0]) };
const UNKNOWN_WATCHES = ["-1", "77", "12345"];

export interface WatchComparison {
  readonly seed: number;
  readonly steps: number;
}

export interface WatchReport {
  readonly steps: number;
  readonly watches: number;
  readonly events: number;
  readonly revision: number;
}

/**
 * Writes the same to both stores, which have to be new, while streams of watches come and go on both, and compares
 * what each watch is told. What it has to be told is known from one that watches everything from the beginning.
 *
 * @throws WatchesDifferError
 */
export async function compareWatches(
  pair: StorePair,
  { seed, steps }: WatchComparison,
): Promise<WatchReport> {
  const course = new WatchCourse(pair, seed);
  try {
    for (let step = 0; step < steps; step++) await course.step();
    return { steps, ...(await course.finish()) };
  } finally {
    course.close();
  }
}

class WatchCourse {
  readonly #pair: StorePair;
  readonly #random: Random;
  readonly #all: WatchRecorder;
  readonly #streams: WatchPair[];
  #world: World;
  #watches = 0;

  constructor(pair: StorePair, seed: number) {
    this.#pair = pair;
    this.#random = new SeededRandom(seed);
    this.#world = { revision: 1, compacted: 0, nodes: pair.nodes };
    this.#all = new WatchRecorder(pair.etcd.stream("Watch", "Watch", 0));
    this.#all.ask({ create_request: EVERYTHING });
    this.#streams = Array.from({ length: STREAMS }, () => this.#opened());
  }

  async step(): Promise<void> {
    if (this.#watches === 0) await this.#all.answer(1, "the watch of everything");
    const kind = below(this.#random, 100);
    const stream = pick(this.#random, this.#streams);
    if (kind < 55) await this.#write();
    else if (kind < 80) await this.#create(stream);
    else if (kind < 90) await this.#cancel(stream);
    else if (kind < 93) await this.#compact();
    else if (kind < 98) await this.#progress(stream);
    else await this.#reopen(stream);
  }

  async finish(): Promise<Omit<WatchReport, "steps">> {
    await this.#settle();
    for (const stream of this.#streams) stream.finish();
    const events = this.#all.eventsOf("0").length;
    return { watches: this.#watches, events, revision: this.#world.revision };
  }

  close(): void {
    this.#all.close();
    for (const stream of this.#streams) stream.close();
  }

  #opened(): WatchPair {
    return new WatchPair(this.#pair, below(this.#random, this.#pair.nodes));
  }

  async #write(): Promise<void> {
    const random = this.#random;
    const kind = below(random, 10);
    if (kind < 6) await this.#same({ method: "Put", request: drawPut(random) });
    else if (kind < 8)
      await this.#same({ method: "DeleteRange", request: drawDeleteRange(random) });
    else await this.#same({ method: "Txn", request: drawTxn(random, this.#world) });
  }

  async #create(stream: WatchPair): Promise<void> {
    if (stream.watches.length >= WATCHES_PER_STREAM_MAX) return;
    this.#watches += 1;
    await this.#reach(stream);
    await stream.create(drawWatch(this.#random, this.#world), this.#world.compacted);
  }

  async #cancel(stream: WatchPair): Promise<void> {
    await this.#settle();
    const { watches } = stream;
    const isUnknown = watches.length === 0 || chance(this.#random, 10);
    await this.#reach(stream);
    await stream.cancel(pick(this.#random, isUnknown ? UNKNOWN_WATCHES : watches));
  }

  /** Nobody is behind then, so no watch loses anything by it. */
  async #compact(): Promise<void> {
    await this.#settle();
    const { revision, compacted } = this.#world;
    const to = compacted + 1 + below(this.#random, Math.max(1, revision - compacted));
    if (to > Math.min(revision, ...this.#streams.map(({ compactable }) => compactable))) return;
    await this.#same({ method: "Compact", request: { revision: String(to) } });
    this.#world = { ...this.#world, compacted: to };
  }

  async #progress(stream: WatchPair): Promise<void> {
    await this.#settle();
    await this.#reach(stream);
    await stream.progress(this.#world.revision);
  }

  async #reopen(stream: WatchPair): Promise<void> {
    await this.#settle();
    stream.finish();
    stream.close();
    this.#streams[this.#streams.indexOf(stream)] = this.#opened();
  }

  /** Both nodes of a stream know all that was written: they tell what revision they are at. */
  async #reach({ node }: WatchPair): Promise<void> {
    if (this.#pair.nodes === 1) return;
    const asked = { method: "Range", request: { key: Buffer.from("a") } } as const;
    await Promise.all([this.#pair.etcd.call(asked, node), this.#pair.holdfast.call(asked, node)]);
  }

  async #settle(): Promise<void> {
    const { revision } = this.#world;
    const isCaughtUp = (): true | undefined =>
      revision === 1 || lastRevision(this.#all.eventsOf("0")) >= revision ? true : undefined;
    await this.#all.wait(isCaughtUp, `all events up to revision ${revision}`);
    const all = this.#all.eventsOf("0").filter(isFields);
    for (const stream of this.#streams) await stream.settle(all);
  }

  async #same(asked: WireRequest): Promise<void> {
    const node = below(this.#random, this.#pair.nodes);
    const [etcd, holdfast] = await Promise.all([
      this.#pair.etcd.call(asked, node),
      this.#pair.holdfast.call(asked, node),
    ]);
    const compared = [comparable(etcd, asked), comparable(holdfast, asked)] as const;
    if (!isDeepStrictEqual(...compared))
      throw new WatchesDifferError(JSON.stringify(plainOf(asked.request)), ...compared);
    const response = plainOf(etcd.response);
    if (isFields(response) && isFields(response["header"])) {
      const revision = Number(response["header"]["revision"]);
      this.#world = { ...this.#world, revision: Math.max(this.#world.revision, revision) };
    }
  }
}
