import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** Where clients look when nobody says: the ports of cluster-configs/three-nodes.yaml. */
export const DEFAULT_ENDPOINTS: readonly string[] = [
  "127.0.0.1:2379",
  "127.0.0.1:22379",
  "127.0.0.1:32379",
];

const TIMEOUT_MS_DEFAULT = 5000;
const TIMEOUT_MS_MAX = 3_600_000;

export const OUTPUT_FORMATS = ["simple", "table", "json"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Options of every command, as commander gives them. */
export interface GivenGlobals {
  readonly endpoints?: string | undefined;
  readonly output?: OutputFormat | undefined;
  readonly timeout?: string | undefined;
}

/** Addresses to speak to: the option, the environment, or this machine's usual ports. */
export function endpointsOf(
  { endpoints }: GivenGlobals,
  { env }: Pick<Terminal, "env">,
): readonly string[] {
  const written = endpoints ?? env["HOLDFAST_ENDPOINTS"];
  if (written === undefined || written.trim() === "") return DEFAULT_ENDPOINTS;
  return written.split(",").map((address) => address.trim());
}

/** How long to wait for the cluster, ms. */
export function timeoutOf({ timeout }: GivenGlobals): number {
  return timeout === undefined
    ? TIMEOUT_MS_DEFAULT
    : wholeNumber("--timeout", timeout, 1, TIMEOUT_MS_MAX);
}

/** @throws UsageError that names the option and its bounds. */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(
    `${option} expects a whole number from ${least} to ${most}, found "${text}"`,
  );
}
