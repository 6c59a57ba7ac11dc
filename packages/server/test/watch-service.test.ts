import type { WatchCreateRequest } from "@holdfast/service";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bytes } from "./open-edge.ts";
import { type OpenClient, settle, turn, WatchStage, watch } from "./watch-stage.ts";

const KEYS = ["a", "aa", "ab", "b", "c"] as const;

const ranges = fc.record({ at: fc.nat(KEYS.length - 1), end: fc.constantFrom("", "b", "\0", "c") });

type Act =
  | { readonly kind: "put"; readonly at: number }
  | { readonly kind: "remove"; readonly at: number; readonly end: string }
  | {
      readonly kind: "watch";
      readonly client: number;
      readonly back: number;
      readonly range: { readonly at: number; readonly end: string };
      readonly options: Pick<WatchCreateRequest, "noPut" | "noDelete" | "prevKv">;
    }
  | { readonly kind: "take"; readonly client: number }
  | { readonly kind: "compact"; readonly back: number }
  | { readonly kind: "turn" };

const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("put" as const), at: fc.nat(4) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("remove" as const),
      at: fc.nat(4),
      end: fc.constantFrom("", "b", "d"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("watch" as const),
      client: fc.nat(1),
      back: fc.integer({ min: -3, max: 12 }),
      range: ranges,
      options: fc.record({ noPut: fc.boolean(), noDelete: fc.boolean(), prevKv: fc.boolean() }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("take" as const), client: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("turn" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("compact" as const), back: fc.nat(6) }),
  },
);

const limits = fc.record({
  streamBytesMax: fc.constantFrom(1, 500, 100_000),
  recentEventsMax: fc.constantFrom(0, 2, 1000),
  recentBytesMax: fc.constant(1_000_000),
  pageEvents: fc.constantFrom(1, 3, 1000),
});

/** A watch that was created, and from where on it is to be told. */
interface Watched extends OpenClient {
  readonly id: bigint;
  readonly from: number;
  readonly request: WatchCreateRequest;
}

/** Plays what happens to a store and its watches. */
class Play {
  readonly stage: WatchStage;
  readonly clients: readonly OpenClient[];
  readonly watched: Watched[] = [];
  hasCompacted = false;

  constructor(given: ConstructorParameters<typeof WatchStage>[0]) {
    this.stage = new WatchStage(given);
    this.clients = [this.stage.open(), this.stage.open()];
  }

  async act(act: Act): Promise<void> {
    switch (act.kind) {
      case "put":
        return this.stage.put(KEYS[act.at] as string);
      case "remove":
        return this.stage.remove(KEYS[act.at] as string, act.end);
      case "watch":
        return this.#watch(act);
      case "take": {
        const { client, stream } = this.clients[act.client] as OpenClient;
        client.take();
        return stream.taken();
      }
      case "compact":
        this.hasCompacted = true;
        return this.stage.compact(Math.max(1, this.stage.revision - act.back));
      case "turn":
        return turn.next();
    }
  }

  #watch({ client: at, back, range, options }: Extract<Act, { kind: "watch" }>): void {
    const open = this.clients[at] as OpenClient;
    const { revision } = this.stage;
    const startRevision = back < 0 ? 0 : Math.max(1, revision - back + 2);
    const rest = { ...options, rangeEnd: bytes(range.end), startRevision };
    const request = watch(KEYS[range.at] as string, rest);
    open.stream.create(request);
    const answer = open.client.answers.at(-1);
    const from = startRevision === 0 ? revision + 1 : startRevision;
    if (answer?.kind === "created")
      this.watched.push({ ...open, id: answer.watchId, from, request });
  }
}

/** Of the answers of a watch, the revisions that two of them share. */
function sharedRevisions(told: readonly (readonly string[])[]): readonly string[] {
  const revisions = told.map((lines) => new Set(lines.map((line) => line.split(" ")[0] as string)));
  return revisions.flatMap((own, at) => [...own].filter((one) => revisions[at - 1]?.has(one)));
}

test("every watch is told each event of its range once, in order, whole revisions at a time", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(acts, { minLength: 5, maxLength: 60 }),
      limits,
      async (all, given) => {
        const play = new Play(given);
        for (const act of all) await play.act(act);
        await settle(play.clients);
        for (const { client, id, from, request } of play.watched) {
          const told = client.told(id);
          expect(sharedRevisions(told)).toEqual([]);
          // What was before a change may be compacted away.
          const seen = (line: string) => (play.hasCompacted ? line.replace(/\S+$/, "") : line);
          const lines = told.flat().map(seen);
          const due = play.stage.expected(request, from).map(seen);
          expect(lines).toEqual(client.wasCompacted(id) ? due.slice(0, lines.length) : due);
        }
        expect(play.stage.watches.hub.watchersBehind).toBe(0);
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);
