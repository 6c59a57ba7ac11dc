import { z } from "zod";

/** How much of the past a cluster keeps by itself; the same on every node (docs/decisions/0015). */
export type CompactionConfig =
  /** What was replaced longer ago is given up. */
  | { readonly mode: "periodic"; readonly retentionMs: number }
  /** So many revisions stay. */
  | { readonly mode: "revision"; readonly revisions: number }
  /** Only what clients ask for is given up. */
  | { readonly mode: "off" };

const HOUR_MS = 3_600_000;

/** What holds where neither file nor flags say anything. */
export const COMPACTION_DEFAULT: CompactionConfig = Object.freeze({
  mode: "periodic",
  retentionMs: HOUR_MS,
});

/** The longest past that a file may ask for, ms: a year. */
export const RETENTION_MS_MAX: number = 366 * 24 * HOUR_MS;
/** The shortest: below, clients that page through a large range would lose it on their way. */
export const RETENTION_MS_MIN = 1000;

const MODE_EXPECTED = "one of periodic, revision";
const RETENTION_EXPECTED =
  "0 for no compaction, or for periodic a time such as 30m or 1h30m from 1s to 366 days (a bare number is hours), for revision a whole number of revisions";

/** How to know what is too old. */
export const compactionModeSchema: z.ZodType<"periodic" | "revision"> = z.enum(
  ["periodic", "revision"],
  { error: MODE_EXPECTED },
);

/** Text or number, as etcd's `--auto-compaction-retention`; what it means depends on the mode. */
export const retentionSchema: z.ZodType<string | number> = z.union([z.string(), z.number()], {
  error: RETENTION_EXPECTED,
});

/** As written; what is absent is the default. */
export interface WrittenCompaction {
  readonly mode?: "periodic" | "revision" | undefined;
  readonly retention?: string | number | undefined;
}

/** A rule about a retention that does not hold. */
export interface BrokenRetention {
  readonly expected: string;
  readonly found: string;
}

/** What was written, with etcd's meaning: a bare number is hours, or revisions, and 0 is never. */
export function readCompaction(
  written: WrittenCompaction | undefined,
): CompactionConfig | BrokenRetention {
  if (written === undefined) return COMPACTION_DEFAULT;
  const { mode = "periodic", retention } = written;
  if (retention === undefined) {
    return mode === "periodic"
      ? COMPACTION_DEFAULT
      : { expected: "how many revisions stay, as mode is revision", found: "nothing" };
  }
  const text = String(retention).trim();
  const count = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  const broken = { expected: RETENTION_EXPECTED, found: JSON.stringify(retention) };
  if (count === 0) return { mode: "off" };
  if (mode === "revision") return count === undefined ? broken : { mode, revisions: count };
  const retentionMs = count === undefined ? durationMs(text) : count * HOUR_MS;
  if (retentionMs === 0) return { mode: "off" };
  const fits =
    retentionMs !== undefined && retentionMs >= RETENTION_MS_MIN && retentionMs <= RETENTION_MS_MAX;
  return fits ? { mode, retentionMs } : broken;
}

/** As it may be written, to be read as the same again. */
export function writtenCompaction(
  compaction: CompactionConfig,
): Required<WrittenCompaction> | { readonly retention: 0 } {
  switch (compaction.mode) {
    case "periodic":
      return { mode: "periodic", retention: `${compaction.retentionMs}ms` };
    case "revision":
      return { mode: "revision", retention: compaction.revisions };
    case "off":
      return { retention: 0 };
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: HOUR_MS };

/** Go's way of writing a time, as far as it is of use here: `1h30m`. */
function durationMs(text: string): number | undefined {
  if (!/^(\d{1,9}(\.\d{1,3})?(ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, digits, unit = ""] of text.matchAll(/([\d.]+)(ms|s|m|h)/g)) {
    sum += Number(digits) * (UNIT_MS[unit] ?? Number.NaN);
  }
  return Math.round(sum);
}
