import { isDeepStrictEqual } from "node:util";
import type { ComparableFields } from "../answers/plain-value.ts";
import type { StorePair } from "../stores/store-pair.ts";
import type { WatchDraft } from "./draw-watch.ts";
import { eventsExpected } from "./expected-events.ts";
import { WatchRecorder } from "./watch-recorder.ts";

interface OpenWatch {
  readonly id: string;
  readonly draft: WatchDraft;
  /** The first revision that it is told. */
  readonly start: number;
  /** Of the store when it began. */
  readonly began: number;
}

/** Answers of two streams that should have been equal. */
export class WatchesDifferError extends Error {
  constructor(what: string, etcd: unknown, holdfast: unknown) {
    const told = (value: unknown): string => JSON.stringify(value);
    super(`${what}\n  etcd      ${told(etcd)}\n  holdfast  ${told(holdfast)}`);
  }
}

/** One stream of watches on etcd, and the same on Holdfast. */
export class WatchPair {
  readonly #etcd: WatchRecorder;
  readonly #holdfast: WatchRecorder;
  readonly #open = new Map<string, OpenWatch>();
  /** Ids of watches that a compaction ended: etcd never frees them. */
  readonly #burnt = new Set<string>();
  #answers = 0;

  /** The node of either that it is on. */
  readonly node: number;

  constructor(pair: StorePair, node: number) {
    this.node = node;
    this.#etcd = new WatchRecorder(pair.etcd.stream("Watch", "Watch", node));
    this.#holdfast = new WatchRecorder(pair.holdfast.stream("Watch", "Watch", node));
  }

  get watches(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** Begins a watch on both; also the answer that ends it at once, where what it asks for was compacted. */
  async create(draft: WatchDraft, compacted: number): Promise<void> {
    if (this.#burnt.has(draft.watch_id)) return;
    this.#ask({ create_request: draft });
    const created = await this.#sameAnswer(`created ${JSON.stringify(draft)}`);
    if (created["canceled"] === true) return;
    const id = String(created["watch_id"]);
    const start = Number(draft.start_revision);
    if (start !== 0 && start < compacted) {
      await this.#sameAnswer(`a watch from ${start}, compacted is ${compacted}`);
      this.#burnt.add(id);
      return;
    }
    const { revision } = created["header"] as { readonly revision: string };
    const began = Number(revision);
    this.#open.set(id, { id, draft, began, start: start === 0 ? began + 1 : start });
  }

  async cancel(id: string): Promise<void> {
    this.#ask({ cancel_request: { watch_id: id } });
    // Nobody answers for a watch that is not there.
    if (this.#open.delete(id)) await this.#sameAnswer(`canceled ${id}`);
  }

  /**
   * Up to where a compaction ends no watch by chance: one that began in the past, and was told nothing that happened
   * since it is there, may not have gone through that past yet.
   */
  get compactable(): number {
    const behind = [...this.#open.values()].filter(
      ({ id, start, began }) => start <= began && lastRevision(this.#etcd.eventsOf(id)) <= began,
    );
    return Math.min(...behind.map(({ start }) => start - 1), Number.MAX_SAFE_INTEGER);
  }

  /** Asked only where both answer: all that is watched has been told, and no watch begins later. */
  async progress(revision: number): Promise<void> {
    const starts = [...this.#open.values()].map(({ start }) => start);
    if (starts.length === 0 || Math.max(...starts) > revision + 1) return;
    this.#ask({ progress_request: {} });
    await this.#sameAnswer("progress");
  }

  /** Waits until every watch was told all that it has to be, and compares it. */
  async settle(all: readonly ComparableFields[]): Promise<void> {
    for (const { id, draft, start } of this.#open.values()) {
      const count = eventsExpected(draft, start, all);
      const what = `${count} events of watch ${id}: ${JSON.stringify(draft)} from ${start}`;
      for (const [name, one] of Object.entries({ etcd: this.#etcd, holdfast: this.#holdfast }))
        await one.wait(() => one.eventsOf(id).length >= count || undefined, `${name}: ${what}`);
      const [etcd, holdfast] = [this.#etcd.eventsOf(id), this.#holdfast.eventsOf(id)];
      const at = etcd.findIndex((event, place) => !isDeepStrictEqual(event, holdfast[place]));
      if (at >= 0 || etcd.length !== holdfast.length)
        throw new WatchesDifferError(`${what}, event ${at}`, etcd.slice(at), holdfast.slice(at));
    }
  }

  /** No answer more than were asked for. */
  finish(): void {
    const more = [this.#etcd, this.#holdfast].map(({ answers }) => answers.slice(this.#answers));
    if (more.some(({ length }) => length > 0))
      throw new WatchesDifferError("answers that nobody asked for", more[0], more[1]);
  }

  close(): void {
    this.#etcd.close();
    this.#holdfast.close();
  }

  #ask(request: object): void {
    this.#etcd.ask(request);
    this.#holdfast.ask(request);
  }

  async #sameAnswer(what: string): Promise<ComparableFields> {
    this.#answers += 1;
    const [etcd, holdfast] = await Promise.all([
      this.#etcd.answer(this.#answers, `etcd: ${what}`),
      this.#holdfast.answer(this.#answers, `holdfast: ${what}`),
    ]);
    if (!isDeepStrictEqual(etcd, holdfast)) throw new WatchesDifferError(what, etcd, holdfast);
    return etcd;
  }
}

/** Of the last of some events; 0 where there is none. */
export function lastRevision(events: readonly unknown[]): number {
  const { kv } = (events.at(-1) ?? {}) as { readonly kv?: { readonly mod_revision?: string } };
  return Number(kv?.mod_revision ?? 0);
}
