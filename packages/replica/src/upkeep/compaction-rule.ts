import type { Millis } from "@holdfast/base";

/** How a leader knows what of the past is too old. */
export type CompactionRule =
  | { readonly mode: "periodic"; readonly retentionMs: Millis }
  | { readonly mode: "revision"; readonly revisions: number }
  | { readonly mode: "off" };
