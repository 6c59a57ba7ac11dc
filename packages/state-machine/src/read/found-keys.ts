import type { ByteString } from "@holdfast/base";
import type { CurrentRecord } from "../rows/current-row.ts";

/** A key of a range, as it is at the revision that is read. */
export interface FoundKey extends CurrentRecord {
  readonly key: ByteString;
}

/** What a walk over a range came back with. */
export interface FoundKeys {
  readonly found: FoundKey[];
  /** All keys of the range, whatever passed or was taken. */
  readonly count: number;
}

/** Rows of one page that are read with their values. */
export const PAGE_ROWS = 1000;
/** Rows of one page that are only counted. */
export const COUNT_PAGE_ROWS = 2000;
