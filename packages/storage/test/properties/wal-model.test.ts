import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryFiles } from "../../src/memory/memory-files.ts";
import type { WalEntry } from "../../src/wal/wal-records.ts";
import { append, entry, openLog, readAll } from "../log-fixture.ts";

type Action =
  | {
      readonly kind: "append";
      readonly counts: readonly number[];
      readonly back: number;
      readonly size: number;
    }
  | { readonly kind: "compact"; readonly part: number }
  | { readonly kind: "reset"; readonly ahead: number }
  | { readonly kind: "reopen" }
  | { readonly kind: "read"; readonly from: number; readonly bytesMax: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      counts: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }),
      back: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 8 })),
      size: fc.integer({ min: 0, max: 250 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("compact" as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("reset" as const),
      ahead: fc.integer({ min: 0, max: 20 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      bytesMax: fc.integer({ min: 1, max: 3_000 }),
    }),
  },
);

/** A frame whose writes supersede one another: what they wrote is more than a read may give, what is left less. */
const SUPERSEDED_BEYOND_A_READ: Action[] = [
  { kind: "append", counts: [5, 4, 1, 1], back: 8, size: 112 },
  { kind: "append", counts: [4], back: 0, size: 0 },
];
const RUNS = Number(process.env["HOLDFAST_RUNS"] ?? 120);

test("the log is an array of entries, whatever is appended, superseded, dropped and reopened", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 60 }), async (actions) => {
      const run = new LogRun();
      for (const one of actions) await run.take(one);
      await run.reopen();
    }),
    { numRuns: RUNS, examples: [[SUPERSEDED_BEYOND_A_READ]] },
  );
});

/** A log beside the naive model of it. */
class LogRun {
  readonly #files = new MemoryFiles();
  #log: Awaited<ReturnType<typeof openLog>>["log"] | undefined;
  #compacted = { index: 0, term: 0 };
  #entries: { readonly index: number; readonly term: number }[] = [];
  #term = 1;

  async take(one: Action): Promise<void> {
    if (one.kind === "append") return this.#append(one);
    if (one.kind === "compact") return this.#compact(one.part);
    if (one.kind === "reset") return this.#reset(one.ahead);
    if (one.kind === "reopen") return this.reopen();
    return this.#read(one);
  }

  async reopen(): Promise<void> {
    await this.#log?.close();
    const { log, recovered } = await this.#open();
    const state = recovered.get(1);
    if (state !== undefined) {
      expect(state.head.compacted).toEqual(this.#compacted);
      expect(state.lastIndex).toBe(this.#last);
      expect(state.termRuns).toEqual(this.#runs());
    }
    expect(await readAll(log)).toEqual(this.#entries.map(({ index, term }) => `${index}/${term}`));
  }

  get #last(): number {
    return this.#compacted.index + this.#entries.length;
  }

  async #open(): ReturnType<typeof openLog> {
    const opened = await openLog(this.#files, { segmentBytes: 8_192, frameBytesMax: 2_048 });
    this.#log = opened.log;
    return opened;
  }

  async #current() {
    return this.#log ?? (await this.#open()).log;
  }

  async #append(one: Action & { kind: "append" }): Promise<void> {
    const log = await this.#current();
    let back = Math.min(one.back, this.#entries.length);
    const writes = one.counts.map((count) => {
      if (back > 0 && count > 0) this.#term++;
      const kept = count > 0 ? this.#entries.length - back : this.#entries.length;
      this.#entries.length = kept;
      const made: WalEntry[] = [];
      for (let more = 0; more < count; more++) {
        const next = entry(this.#last + 1, this.#term, one.size);
        made.push(next);
        this.#entries.push({ index: next.index, term: next.term });
      }
      // The next write of the same append supersedes some of this one.
      back = Math.min(this.#entries.length, one.back >> 1);
      return append(...made);
    });
    await log.append(writes);
    expect(log.lastIndex(1)).toBe(this.#last);
  }

  async #compact(part: number): Promise<void> {
    const log = await this.#current();
    const count = Math.floor(part * this.#entries.length);
    const at = this.#entries[count - 1];
    if (at === undefined) return;
    this.#entries.splice(0, count);
    this.#compacted = { index: at.index, term: at.term };
    await log.append([{ group: 1, compact: { ...at, membership: new Uint8Array(3) } }]);
  }

  async #reset(ahead: number): Promise<void> {
    const log = await this.#current();
    this.#compacted = { index: this.#compacted.index + ahead + 1, term: ++this.#term };
    this.#entries = [];
    const reset = { ...this.#compacted, membership: new Uint8Array(1), stateDirectory: "state.2" };
    await log.append([{ group: 1, reset }]);
  }

  async #read(one: Action & { kind: "read" }): Promise<void> {
    const log = await this.#current();
    const at = Math.floor(one.from * (this.#entries.length - 1));
    const first = this.#entries[at];
    if (first === undefined) return;
    const read = await log.read(1, first.index, this.#last, one.bytesMax);
    expect(read.length).toBeGreaterThan(0);
    expect(read.map(({ index, term }) => ({ index, term }))).toEqual(
      this.#entries.slice(at, at + read.length),
    );
  }

  #runs(): readonly (readonly [number, number])[] {
    const runs: [number, number][] = [];
    for (const { index, term } of this.#entries) {
      if (runs.at(-1)?.[1] !== term) runs.push([index, term]);
    }
    return runs;
  }
}
