import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RowScan, silentLogger, toByteString } from "@holdfast/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Engine } from "../../src/engine.ts";
import { openLevelEngine } from "../../src/level/level-engine.ts";
import { MemoryEngine } from "../../src/memory/memory-engine.ts";
import { StateStore } from "../../src/overlay/state-store.ts";
import type { View } from "../../src/overlay/view.ts";
import { ManualClock } from "../manual-time.ts";

type Model = ReadonlyMap<string, string>;
type Action =
  | { readonly kind: "put"; readonly key: string; readonly value: string }
  | { readonly kind: "delete"; readonly key: string }
  | { readonly kind: "publish" | "commit" | "elapse" | "flush" | "view" }
  | { readonly kind: "close"; readonly which: number }
  | { readonly kind: "read"; readonly which: number; readonly scan: RowScan; readonly key: string };

const key = fc.string({
  unit: fc.constantFrom("a", "b", "\x00", "\xff"),
  minLength: 1,
  maxLength: 3,
});
const scan: fc.Arbitrary<RowScan> = fc.record({
  from: fc.oneof(fc.constant(""), key),
  to: fc.oneof(fc.constant("\xff\xff\xff\xff"), key),
  limit: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 12 })),
  reverse: fc.boolean(),
  keysOnly: fc.boolean(),
});
const which = fc.nat({ max: 5 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("put" as const),
      key,
      value: fc.string({ unit: fc.constantFrom("x", "y"), maxLength: 3 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("delete" as const), key }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "publish" as const,
        "commit" as const,
        "elapse" as const,
        "flush" as const,
        "view" as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("close" as const), which }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("read" as const), which, scan, key }) },
);
const actions = fc.array(action, { minLength: 5, maxLength: 120 });

test("the store is a map with moments, over an engine in memory", async () => {
  await fc.assert(
    fc.asyncProperty(actions, async (given) => runOn(new MemoryEngine(), given)),
    { numRuns: 300 },
  );
});

test("the store is a map with moments, over LevelDB", async () => {
  await fc.assert(
    fc.asyncProperty(actions, async (given) => {
      const directory = await mkdtemp(join(tmpdir(), "holdfast-state-"));
      try {
        await runOn(await openLevelEngine(directory), given);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    }),
    { numRuns: 15 },
  );
});

async function runOn(engine: Engine, given: readonly Action[]): Promise<void> {
  const run = new StoreRun(engine);
  for (const one of given) await run.take(one);
  await run.finish();
}

/** A store beside the naive model of it: whole maps, copied for each moment. */
class StoreRun {
  readonly #engine: Engine;
  readonly #clock = new ManualClock();
  readonly #store: StateStore;
  readonly #views: { readonly view: View; readonly model: Model }[] = [];
  #applied = new Map<string, string>();
  #published: Model = new Map();
  #committed: Model = new Map();
  #entry = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    const limits = { flushBytes: 600, viewMillisMax: 1e9 };
    const { clock, logger } = { clock: this.#clock, logger: silentLogger };
    this.#store = StateStore.open({ engine, clock, logger, limits });
  }

  async take(one: Action): Promise<void> {
    if (one.kind === "put") {
      this.#store.put(
        one.key,
        Uint8Array.from(one.value, (character) => character.charCodeAt(0)),
      );
      this.#applied.set(one.key, one.value);
    } else if (one.kind === "delete") {
      this.#store.delete(one.key);
      this.#applied.delete(one.key);
    } else if (one.kind === "read") await this.#read(one);
    else if (one.kind === "close") this.#views.splice(one.which, 1)[0]?.view.close();
    else await this.#step(one.kind);
  }

  async #step(kind: "publish" | "commit" | "elapse" | "flush" | "view"): Promise<void> {
    if (kind === "publish") {
      this.#store.publish();
      this.#published = new Map(this.#applied);
    } else if (kind === "commit") this.#commit();
    else if (kind === "elapse") this.#clock.advance(60);
    else if (kind === "flush") await this.#store.flush();
    else this.#views.push({ view: this.#store.view(), model: this.#published });
  }

  #commit(): void {
    this.#store.commitPoint(++this.#entry);
    this.#published = new Map(this.#applied);
    this.#committed = this.#published;
  }

  async #read(one: Action & { kind: "read" }): Promise<void> {
    const held = this.#views[one.which];
    const reads = this.#store.applyReads();
    expect(text(this.#store.get(one.key))).toBe(this.#published.get(one.key));
    expect(text(reads.peek(one.key))).toBe(this.#applied.get(one.key));
    expect(shown(await reads.scan(one.scan))).toEqual(scanned(this.#applied, one.scan));
    if (held === undefined) return;
    expect(text(held.view.get(one.key))).toBe(held.model.get(one.key));
    expect((await held.view.rows([one.key])).map(text)).toEqual([held.model.get(one.key)]);
    expect(shown(await held.view.scan(one.scan))).toEqual(scanned(held.model, one.scan));
  }

  async finish(): Promise<void> {
    this.#commit();
    await this.#store.flush();
    const all = { from: "", to: "\xff\xff\xff\xff", limit: 1_000 };
    for (const { view, model } of this.#views) {
      expect(shown(await view.scan(all))).toEqual(scanned(model, all));
    }
    expect(shown(await this.#engine.scan(all))).toEqual(scanned(this.#committed, all));
    await this.#store.close();
    expect(this.#store.stats()).toMatchObject({ views: 0, keptForViewsBytes: 0 });
    await this.#engine.close();
  }
}

function scanned(model: Model, { from, to, limit, reverse, keysOnly }: RowScan): readonly string[] {
  const keys = [...model.keys()].filter((one) => one >= from && one < to).sort();
  if (reverse === true) keys.reverse();
  return keys.slice(0, limit).map((one) => `${one}=${keysOnly === true ? "" : model.get(one)}`);
}

function shown(
  rows: readonly { readonly key: string; readonly value: Uint8Array }[],
): readonly string[] {
  return rows.map(({ key: of, value }) => `${of}=${text(value)}`);
}

function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : toByteString(value);
}
