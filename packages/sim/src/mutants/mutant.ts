import type { Bounds } from "../explorer/bounds.ts";
import type { Lane } from "../lane.ts";
import type { PlanFocus } from "../server-lane/plan/plan-focus.ts";

/** A mistake of one line that the simulator has to see; nothing but a hunt ever makes it. */
export interface Mutant {
  readonly name: string;
  /** Where it was made first: an issue, a paper, a thread. */
  readonly from: string;
  /** The built file that it is in, from `packages`. */
  readonly file: string;
  /** What stands there, exactly once. */
  readonly code: string;
  readonly instead: string;
  /** What may see it: an invariant, `core` for an assertion of the core, `liveness`. */
  readonly seenBy: readonly string[];
  /** So many seeds of {@link HUNT_STORM_MS}, or of {@link SERVER_HUNT_STORM_MS}, are enough. */
  readonly seeds: number;
  /** @default "core" */
  readonly lane?: Lane;
  /** Whole nodes that it is hunted in, where chance draws too few that see it. */
  readonly focus?: PlanFocus;
  /** Seen so soon that every run of the tests hunts it. */
  readonly quick?: boolean;
  /** Hunted by trying all that can happen within these bounds, where seeds take too long. */
  readonly explored?: Partial<Bounds>;
}

/** How long faults are on in each seed of a hunt, virtual ms. */
export const HUNT_STORM_MS = 4_000;
/** And in each seed of whole nodes. */
export const SERVER_HUNT_STORM_MS = 20_000;

/** What a hunt came to. */
export interface HuntResult {
  readonly name: string;
  /** What saw it; `undefined`: nothing did. */
  readonly seenBy: string | undefined;
  readonly message: string | undefined;
  /** Seeds that were run, the one that saw it included; or states that were tried. */
  readonly tries: number;
}

/**
 * The source of a file with the mistake in it.
 *
 * @throws if what it replaces does not stand there exactly once: then the catalogue is out of date.
 */
export function mutated(source: string, { name, file, code, instead }: Mutant): string {
  const [before, after, ...more] = source.split(code);
  if (before === undefined || after === undefined || more.length > 0) {
    const found = source.split(code).length - 1;
    throw new Error(`mutant "${name}": "${code}" stands ${found} times in ${file}, not once`);
  }
  return before + instead + after;
}
