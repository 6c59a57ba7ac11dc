/** What a search is limited to. Everything within the limits is tried, nothing beyond them. */
export interface Bounds {
  /** Voters at the beginning. */
  readonly members: number;
  /** The highest term. */
  readonly terms: number;
  /** Messages under way at a time that will still arrive; others are lost as they are sent. */
  readonly messages: number;
  /** Writes that are not durable yet at a time; others are durable as they are written. */
  readonly writes: number;
  /** The latest of a leader's questions whether it still leads, by number. */
  readonly rounds: number;
  readonly proposals: number;
  readonly reads: number;
  /** Changes of the membership that are asked for. */
  readonly changes: number;
  readonly crashes: number;
  /** Messages that arrive twice. */
  readonly duplicates: number;
  /** Actions one after the other. */
  readonly depth: number;
  /** Then the search gives up. */
  readonly states: number;
}

export type BoundName = keyof Bounds;

export interface Limit {
  readonly usual: number;
  readonly least: number;
  readonly most: number;
}

/** Rows of states are as wide as `messages` allows, and ids are packed by these limits. */
export const LIMITS: Record<BoundName, Limit> = {
  members: { usual: 3, least: 1, most: 3 },
  terms: { usual: 2, least: 1, most: 5 },
  messages: { usual: 1, least: 1, most: 6 },
  writes: { usual: 0, least: 0, most: 4 },
  rounds: { usual: 0, least: 0, most: 4 },
  proposals: { usual: 1, least: 0, most: 3 },
  reads: { usual: 0, least: 0, most: 3 },
  changes: { usual: 0, least: 0, most: 2 },
  crashes: { usual: 0, least: 0, most: 3 },
  duplicates: { usual: 0, least: 0, most: 3 },
  depth: { usual: 1_000, least: 1, most: 1_000 },
  states: { usual: 5_000_000, least: 1, most: 50_000_000 },
};

export function boundsWith(given: Partial<Bounds>): Bounds {
  const usual = Object.entries(LIMITS).map(([name, limit]) => [name, limit.usual] as const);
  return { ...(Object.fromEntries(usual) as unknown as Bounds), ...given };
}
