import { readFileSync } from "node:fs";
import { type Bounds, type Mutant, mutated, type Naming, type SearchFigures } from "@holdfast/sim";
import { REPOSITORY } from "../locations.ts";
import { inProcess } from "./in-process.ts";
import type { OpenedCore } from "./open-core-hooks.ts";

const PACKAGES = new URL("packages/", REPOSITORY);
const CORE = new URL("raft/dist/", PACKAGES);

/** What an exploring process is given. */
export interface ExploreOrder {
  readonly bounds: Bounds;
  readonly names: Naming | undefined;
  readonly memoryMib: number;
  readonly core: OpenedCore;
}

export interface ExploreFigures extends SearchFigures {
  readonly seconds: number;
  /** Memory of the process. */
  readonly bytes: number;
}

export type ExploreEnd =
  /** All within the bounds was tried, and no promise was broken. */
  | { readonly kind: "exhausted" }
  /** There was no room for more states, and none of those that were seen breaks a promise. */
  | { readonly kind: "full"; readonly of: "states" | "memory" }
  | {
      readonly kind: "violation";
      readonly invariant: string;
      readonly message: string;
      /** A shortest way to it, in words. */
      readonly path: readonly string[];
    };

/** What an exploring process tells, every now and then and at its end. */
export interface ExploreNews {
  readonly figures: ExploreFigures;
  readonly end: ExploreEnd | undefined;
}

export interface Exploration {
  readonly bounds: Bounds;
  /** A mistake to be made in the core. */
  readonly mutant?: Mutant | undefined;
  /** Left out: alike wherever the members have equal parts. */
  readonly names?: Naming | undefined;
  /** Of the process; it gives up when it has taken so much. */
  readonly memoryMib: number;
  /** Aborts when it is to be ended. */
  readonly signal: AbortSignal;
  told(figures: ExploreFigures): void;
}

/**
 * Explores in a process of its own.
 *
 * @returns the last news; `undefined` or without an end if it was ended before.
 * @throws if the process breaks.
 */
export function explore(exploration: Exploration): Promise<ExploreNews | undefined> {
  const { bounds, mutant, names, memoryMib, signal, told } = exploration;
  const core = { core: CORE.href, mutant: sourceOf(mutant) };
  return inProcess<ExploreOrder, ExploreNews>({
    script: "explore-process.js",
    order: { bounds, names, memoryMib, core },
    what: "the exploring process",
    memoryMib,
    signal,
    told: ({ figures }) => told(figures),
  });
}

function sourceOf(mutant: Mutant | undefined): OpenedCore["mutant"] {
  if (mutant === undefined) return undefined;
  const url = new URL(mutant.file, PACKAGES);
  return { url: url.href, source: mutated(readFileSync(url, "utf8"), mutant) };
}
