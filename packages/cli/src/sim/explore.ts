import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Bounds, type Mutant, mutated, type Naming, type SearchFigures } from "@holdfast/sim";
import { REPOSITORY } from "../locations.ts";
import type { OpenedCore } from "./open-core-hooks.ts";

/** Loads the built core file by file, opened: a bundle could not. */
const EXPLORE = fileURLToPath(new URL("packages/cli/dist/sim/explore-process.js", REPOSITORY));
const PACKAGES = new URL("packages/", REPOSITORY);
const CORE = new URL("raft/dist/", PACKAGES);
const COMPLAINT_CHARACTERS = 2_000;

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
export async function explore(exploration: Exploration): Promise<ExploreNews | undefined> {
  const { bounds, mutant, names, memoryMib, signal, told } = exploration;
  const child = fork(EXPLORE, {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [`--max-old-space-size=${memoryMib}`],
  });
  const end = (): boolean => child.kill();
  signal.addEventListener("abort", end);
  let last: ExploreNews | undefined;
  let complaint = "";
  child.on("message", (message) => {
    last = message as ExploreNews;
    told(last.figures);
  });
  child.stderr?.on("data", (text: Buffer) => {
    complaint = `${complaint}${text}`.slice(0, COMPLAINT_CHARACTERS);
  });
  const core = { core: CORE.href, mutant: sourceOf(mutant) };
  child.send({ bounds, names, memoryMib, core } satisfies ExploreOrder);
  const [code] = (await once(child, "close")) as [number | null];
  signal.removeEventListener("abort", end);
  if (code !== 0 && !signal.aborted) throw new Error(`the exploring process broke: ${complaint}`);
  return last;
}

function sourceOf(mutant: Mutant | undefined): OpenedCore["mutant"] {
  if (mutant === undefined) return undefined;
  const url = new URL(mutant.file, PACKAGES);
  return { url: url.href, source: mutated(readFileSync(url, "utf8"), mutant) };
}
