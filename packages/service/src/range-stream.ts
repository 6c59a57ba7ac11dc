import { assert, type Revision, type Steps } from "@holdfast/base";
import type { ReadPoint, ReplicaApi } from "@holdfast/replica";
import {
  AnswerBudget,
  AnswerTooLargeError,
  type KeyValue,
  type RangeQuery,
  type RangeResult,
  REPLY_BYTES_MAX,
  type ReadRefusal,
  type RowLayout,
  rangePageSteps,
  rangeSteps,
} from "@holdfast/state-machine";
import type { ReplicaCalls } from "./call-context.ts";
import type { ReadContext } from "./kv-service.ts";

/** The bounds of one chunk of a range that is sent as a stream (etcd-v3.md §5.2). */
export const RANGE_STREAM_LIMITS: {
  readonly firstPairs: number;
  readonly pairsMax: number;
  readonly bytesMax: number;
} = Object.freeze({
  /** Pairs of the first chunk, which tells how large they are. */
  firstPairs: 10,
  /** Pairs of a chunk: what is encoded in about a millisecond. */
  pairsMax: 1000,
  /** What a chunk weighs, bytes: etcd's bound of a request. A larger pair stands alone. */
  bytesMax: 1_572_864,
});

/** A disjoint part of a range; `end` stands on the last one only, and makes all of them one answer. */
export interface RangeChunk {
  readonly kvs: readonly KeyValue[];
  readonly end: Pick<RangeResult, "revision" | "more" | "count"> | undefined;
}

export interface RangeStreamPorts {
  readonly replica: ReplicaApi;
  readonly calls: ReplicaCalls;
  readonly layout: RowLayout;
}

/** Why a range cannot be sent as a stream whatever the state is, as etcd says it; `undefined` if it can. */
export function unstreamable(query: RangeQuery): string | undefined {
  const { sortOrder, sortTarget } = query;
  if (sortOrder === "descend" || sortTarget !== "key") {
    return "RangeStream does not support custom sort orders";
  }
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = query;
  const isBounded = [minModRevision, maxModRevision, minCreateRevision, maxCreateRevision].some(
    (bound) => bound !== 0,
  );
  return isBounded ? "RangeStream does not support revision filters" : undefined;
}

/**
 * Reads a range in chunks, each from the state as it is then, all at one revision: the one asked for, or the
 * store's when the first was read. Nothing is held in between, so whoever takes the chunks may be slow; the
 * price is that a compaction beyond that revision ends the stream.
 */
export async function* rangeChunks(
  query: RangeQuery,
  context: ReadContext,
  ports: RangeStreamPorts,
): AsyncGenerator<RangeChunk | ReadRefusal> {
  const pages = new Pages(query, context, ports);
  if (query.countOnly) {
    const counted = await pages.count(query.key);
    yield isRefused(counted) ? counted : { kvs: [], end: counted };
    return;
  }
  let sent = 0;
  for (let from = query.key; ; ) {
    const chunk = await chunkFrom(from, pages, sent);
    yield chunk;
    if (isRefused(chunk) || chunk.end !== undefined) return;
    sent += chunk.kvs.length;
    from = behind(chunk.kvs.at(-1));
  }
}

async function chunkFrom(
  from: Uint8Array,
  pages: Pages,
  sent: number,
): Promise<RangeChunk | ReadRefusal> {
  const left = pages.limit - sent;
  const page = await pages.next(from, left);
  if (isRefused(page)) return page;
  const { kvs, more } = page;
  if (more && kvs.length < left) return { kvs, end: undefined };
  const rest = more ? await pages.count(behind(kvs.at(-1))) : { count: 0 };
  if (isRefused(rest)) return rest;
  const count = sent + kvs.length + rest.count;
  return { kvs, end: { revision: pages.storeRevision, more, count } };
}

/** The reads of one stream: the first as it was asked for, all others of what is here, at the same revision. */
class Pages {
  readonly #query: RangeQuery;
  readonly #context: ReadContext;
  readonly #ports: RangeStreamPorts;
  #pairs = RANGE_STREAM_LIMITS.firstPairs;
  #storeRevision: Revision | undefined;

  constructor(query: RangeQuery, context: ReadContext, ports: RangeStreamPorts) {
    this.#query = query;
    this.#context = context;
    this.#ports = ports;
  }

  get limit(): number {
    return this.#query.limit > 0 ? this.#query.limit : Number.POSITIVE_INFINITY;
  }

  /** The store's when the stream began. */
  get storeRevision(): Revision {
    return this.#storeRevision ?? 0;
  }

  async next(from: Uint8Array, left: number): Promise<Omit<RangeResult, "count"> | ReadRefusal> {
    while (true) {
      const limit = Math.min(this.#pairs, left);
      // A pair that stands alone may be as large as it is.
      const budget = new AnswerBudget(limit === 1 ? REPLY_BYTES_MAX : RANGE_STREAM_LIMITS.bytesMax);
      try {
        const page = await this.#read((query, point) =>
          rangePageSteps({ ...query, key: from, limit }, point, this.#ports.layout, budget),
        );
        if (!isRefused(page)) this.#adapt(page.kvs);
        return page;
      } catch (failure) {
        if (!(failure instanceof AnswerTooLargeError) || limit === 1) throw failure;
        this.#pairs = Math.ceil(limit / 2);
      }
    }
  }

  /** How many there are from a key on. */
  count(from: Uint8Array): Promise<RangeResult | ReadRefusal> {
    return this.#read((query, point) =>
      rangeSteps({ ...query, key: from, limit: 0, countOnly: true }, point, this.#ports.layout),
    );
  }

  async #read<Found extends { readonly revision: Revision }>(
    steps: (query: RangeQuery, point: ReadPoint) => Steps<Found | ReadRefusal>,
  ): Promise<Found | ReadRefusal> {
    const { replica, calls } = this.#ports;
    const isFirst = this.#storeRevision === undefined;
    const pinned = this.#query.revision > 0 ? this.#query.revision : (this.#storeRevision ?? 0);
    const call = isFirst
      ? calls.read(this.#context, !this.#context.serializable)
      : calls.read({ timeoutMs: Number.POSITIVE_INFINITY, requireLeader: false }, false);
    const found = await replica.read(
      (point) => steps({ ...this.#query, revision: pinned }, point),
      call,
    );
    if (!isRefused(found)) this.#storeRevision ??= found.revision;
    return found;
  }

  /** Chunks shall weigh between half of what they may and all of it. */
  #adapt(kvs: readonly KeyValue[]): void {
    const bytes = kvs.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
    if (kvs.length < this.#pairs || bytes > RANGE_STREAM_LIMITS.bytesMax / 2) return;
    this.#pairs = Math.min(2 * this.#pairs, RANGE_STREAM_LIMITS.pairsMax);
  }
}

function isRefused(found: object): found is ReadRefusal {
  return "kind" in found;
}

/** The next key there can be. */
function behind(last: KeyValue | undefined): Uint8Array {
  assert(last !== undefined, "there is more only behind a pair");
  const { key } = last;
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
