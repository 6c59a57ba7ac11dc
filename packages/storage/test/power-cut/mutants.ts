import type { Mutant } from "./mutant.ts";

const SRC = "packages/storage/src";

/** Mistakes in the log and in the overlay, and within how many seeds a random life must show each. */
export const MUTANTS: Readonly<Record<string, Mutant & { readonly seeds: number }>> = {
  "the life of a frame is not checked": {
    file: `${SRC}/wal/segment-scan.ts`,
    line: "if (header.life !== scan.life) return undefined;",
    instead: "",
    seeds: 40,
  },
  "a segment's head is written without the vote": {
    file: `${SRC}/wal/wal-codec.ts`,
    line: "putHardState(out, head.hardState);",
    instead: "putHardState(out, { ...head.hardState, vote: undefined });",
    seeds: 10,
  },
  "what recovery finds is not made durable": {
    file: `${SRC}/wal/recover-log.ts`,
    line: "await this.#segments.at(-1)?.file.sync();",
    instead: "",
    seeds: 20,
  },
  "what a torn write left is not cleared": {
    file: `${SRC}/wal/recover-log.ts`,
    line: "await writeZeros(segment.file, { from, to });",
    instead: "void [from, to];",
    seeds: 100,
  },
  "a frame with some of its sectors is taken for damage": {
    file: `${SRC}/wal/segment-scan.ts`,
    line: "if (scan.sealed || hasAllMarkers(bytes, scan.life)) {",
    instead: "if (scan.sealed || !hasAllMarkers(bytes, scan.life)) {",
    seeds: 40,
  },
  "a View loses its snapshot when another one ends": {
    file: `${SRC}/overlay/engine-snapshots.ts`,
    line: "if (shared.users > 0) return;",
    instead: "",
    seeds: 20,
  },
  "a View is not counted among the readers of its rows": {
    file: `${SRC}/overlay/open-views.ts`,
    line: "this.readers.open(sequence);",
    instead: "",
    seeds: 60,
  },
  "a View gets a snapshot that lacks a flushed generation": {
    file: `${SRC}/overlay/open-views.ts`,
    line: "this.#snapshots.renew();",
    instead: "",
    seeds: 20,
  },
  "a generation leaves the overlay before its batch is complete": {
    file: `${SRC}/overlay/state-store.ts`,
    line: "this.#generations = [this.#active, cut];",
    instead: "this.#generations = [this.#active];",
    seeds: 5,
  },
  "a generation counts as durable before its batch is complete": {
    file: `${SRC}/overlay/state-store.ts`,
    line: "await this.#engine.writeDurably(generation.changes);",
    instead: "void this.#engine.writeDurably(generation.changes).catch(() => {});",
    seeds: 5,
  },
};
