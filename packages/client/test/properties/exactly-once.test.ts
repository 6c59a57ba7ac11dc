import { SeededRandom } from "@holdfast/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CLIENT_LIMITS } from "../../src/core/client-limits.ts";
import { Holdfast } from "../../src/core/holdfast.ts";
import type { RequestError } from "../../src/core/request-error.ts";
import { SessionClient } from "../../src/core/session-client.ts";
import { ManualWorld } from "../manual-world.ts";
import { MemoryCluster } from "../memory-cluster.ts";

const NODES = ["n1:1", "n2:1", "n3:1"] as const;
const node = fc.constantFrom(...NODES);
/** Often all of them, because what happens to one is healed by the next. */
const nodes = fc.constantFrom(NODES, NODES, ...NODES.map((one) => [one]));

/** What may happen next. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      timeoutMs: fc.integer({ min: 1, max: 3000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      ms: fc.integer({ min: 0, max: 400 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("break" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("kill" as const), node }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("start" as const), node }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("mood" as const),
      nodes,
      mood: fc.oneof(
        fc.constant({ kind: "serves" as const }),
        fc.constant({ kind: "mute" as const }),
        fc.constant({ kind: "alone" as const }),
        fc.constant({ kind: "chokes" as const }),
        fc.constant({ kind: "paused" as const }),
        fc.constantFrom("NO_LEADER", "OVERLOADED", "STOPPED").map((code) => ({
          kind: "refuses" as const,
          code,
          retryable: true,
        })),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("expire" as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type Fate = "pending" | "done" | RequestError["outcome"];

/** A client under faults, and what its writes came to: write n puts the key `kn` once. */
class Trial {
  readonly world = new ManualWorld();
  readonly cluster: MemoryCluster = new MemoryCluster(this.world.turn, NODES);
  readonly fates: Fate[] = [];
  readonly #client: Holdfast;
  readonly #session: SessionClient;

  constructor(seed: number) {
    const { clock, turn } = this.world;
    this.#session = new SessionClient(
      { clock, turn, random: new SeededRandom(seed), transport: this.cluster },
      { addresses: NODES, limits: CLIENT_LIMITS },
    );
    const nodes = { status: () => Promise.reject(new Error("nobody asks here")) };
    this.#client = new Holdfast(this.#session, nodes, { timeoutMs: 5000 });
  }

  async open(): Promise<void> {
    const opened = this.#session.open({ timeoutMs: 5000 });
    await this.world.settle();
    await opened;
  }

  async take(next: Step): Promise<void> {
    switch (next.kind) {
      case "write":
        this.#write(next.timeoutMs);
        break;
      case "pass":
        await this.world.pass(next.ms);
        break;
      case "break":
        this.cluster.breakStreams();
        break;
      case "kill":
        this.cluster.kill(next.node);
        break;
      case "start":
        this.cluster.start(next.node);
        break;
      case "mood":
        this.cluster.set(next.mood, next.nodes);
        break;
      case "expire":
        this.cluster.machine.expireSessions();
        break;
    }
  }

  async heal(): Promise<void> {
    this.cluster.start(...NODES);
    this.cluster.set({ kind: "serves" });
    await this.world.pass(10_000);
  }

  versionOf(write: number): number {
    return this.cluster.machine.versionOf(`k${write}`);
  }

  #write(timeoutMs: number): void {
    const at = this.fates.push("pending") - 1;
    this.#client.put(`k${at}`, "v", { timeoutMs }).then(
      () => {
        this.fates[at] = "done";
      },
      (error: RequestError) => {
        this.fates[at] = error.outcome;
      },
    );
  }
}

test("whatever breaks, a write is applied at most once, and as its answer says", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(), async (steps, seed) => {
      const trial = new Trial(seed);
      await trial.open();

      for (const next of steps) await trial.take(next);
      await trial.heal();

      for (const [at, fate] of trial.fates.entries()) {
        expect(fate).not.toBe("pending");
        const allowed = fate === "done" ? [1] : fate === "not-applied" ? [0] : [0, 1];
        expect(allowed).toContain(trial.versionOf(at));
      }
    }),
    { numRuns: 500 },
  );
}, 30_000);
