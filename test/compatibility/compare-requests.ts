import { isDeepStrictEqual } from "node:util";
import { below, SeededRandom } from "@holdfast/testkit";
import { comparable } from "./answers/comparable.ts";
import { type Exchange, excuseOf } from "./answers/known-differences.ts";
import { type Comparable, plainOf } from "./answers/plain-value.ts";
import { drawRequest } from "./requests/draw-request.ts";
import type { World } from "./requests/world.ts";
import type { StorePair } from "./stores/store-pair.ts";
import type { WireAnswer, WireRequest } from "./stores/wire-method.ts";

const LAST_REQUESTS = 12;

export interface RequestComparison {
  readonly seed: number;
  readonly requests: number;
  /** Go on behind a difference, until this many were found. @default 1 */
  readonly differencesMax?: number;
}

/** Answers that are not equal, and nobody has excused. */
export interface Difference {
  /** Which request of the run, the first is 1. */
  readonly at: number;
  readonly node: number;
  readonly asked: Comparable;
  readonly etcd: Comparable;
  readonly holdfast: Comparable;
  /** What was asked before, the nearest last. */
  readonly before: readonly Comparable[];
}

export interface ComparisonReport {
  readonly differences: readonly Difference[];
  readonly requests: number;
  readonly revision: number;
  /** How many answers of etcd had a code. */
  readonly codes: ReadonlyMap<string, number>;
  /** How many answers differed as is known, by where. */
  readonly excused: ReadonlyMap<string, number>;
}

/**
 * Asks both stores, which have to be new, the same random requests one after another, and compares the answers.
 *
 * Each request goes to both at once, to the same node of either.
 */
export async function compareRequests(
  pair: StorePair,
  { seed, requests, differencesMax = 1 }: RequestComparison,
): Promise<ComparisonReport> {
  const random = new SeededRandom(seed);
  const differences: Difference[] = [];
  const codes = new Map<string, number>();
  const excused = new Map<string, number>();
  const before: Comparable[] = [];
  let world: World = { revision: 1, compacted: 0, nodes: pair.nodes };
  let at = 0;
  while (at < requests && differences.length < differencesMax) {
    at += 1;
    const asked = drawRequest(random, world);
    const node = below(random, pair.nodes);
    const [etcd, holdfast] = await Promise.all([
      pair.etcd.call(asked, node),
      pair.holdfast.call(asked, node),
    ]);
    if (etcd.code === "UNAVAILABLE") throw new EtcdEndedError({ at, asked, etcd });
    const exchange = { asked, etcd, holdfast };
    count(codes, etcd.code);
    const compared = [comparable(etcd, asked), comparable(holdfast, asked)] as const;
    if (!isDeepStrictEqual(...compared)) {
      const excuse = excuseOf(exchange);
      if (excuse !== undefined) count(excused, excuse.where);
      else differences.push(differenceOf(exchange, { at, node, before: [...before], compared }));
    }
    world = learned(world, exchange);
    before.push({ [asked.method]: plainOf(asked.request), node, answer: compared[0] });
    if (before.length > LAST_REQUESTS) before.shift();
  }
  return { differences, requests: at, revision: world.revision, codes, excused };
}

/** etcd panics over some requests: those must not be drawn. */
class EtcdEndedError extends Error {
  constructor({ at, asked, etcd }: Pick<Exchange, "asked" | "etcd"> & { readonly at: number }) {
    const request = JSON.stringify({ [asked.method]: plainOf(asked.request) });
    super(`etcd does not answer request ${at}: ${etcd.details}\n${request}`);
  }
}

function differenceOf(
  { asked }: Exchange,
  found: Pick<Difference, "at" | "node" | "before"> & {
    readonly compared: readonly [Comparable, Comparable];
  },
): Difference {
  const { at, node, before } = found;
  const [etcd, holdfast] = found.compared;
  return { at, node, before, etcd, holdfast, asked: { [asked.method]: plainOf(asked.request) } };
}

/** What etcd's answer tells of both. */
function learned(world: World, { asked, etcd }: Exchange): World {
  if (etcd.code !== "OK") return world;
  const revision = Math.max(world.revision, revisionOf(etcd));
  const compacted = asked.method === "Compact" ? compactedBy(asked) : 0;
  return { ...world, revision, compacted: Math.max(world.compacted, compacted) };
}

function compactedBy({ request }: WireRequest): number {
  return Number(request["revision"]);
}

function revisionOf({ response }: WireAnswer): number {
  const { header } = response as { readonly header?: { readonly revision: string } | null };
  return Number(header?.revision ?? 0);
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
