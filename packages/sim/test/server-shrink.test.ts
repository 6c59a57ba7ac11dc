import { expect, test } from "vitest";
import { RandomStreams } from "../src/dice.ts";
import { PlanFileError } from "../src/index.ts";
import {
  parseServerPlanFile,
  recordServerRun,
  runServerSeed,
  SERVER_FAULT_KINDS,
  type ServerCandidate,
  serverPlanFile,
  shrinkServerRun,
} from "../src/server-lane/index.ts";
import { drawServerPlan, type ServerPlan } from "../src/server-lane/plan/server-plan.ts";
import { SIMPLIFICATIONS } from "../src/server-lane/shrink/simplifications.ts";
import { settle } from "./settle.ts";

const STORM_MS = 20_000;

function drawn(seed: number): ServerPlan {
  return drawServerPlan(new RandomStreams(seed).stream("plan"), STORM_MS);
}

/** With everything that a plan may have. */
const FULL: ServerPlan = {
  ...drawn(1),
  nodes: 5,
  spares: 1,
  faults: {
    ...drawn(1).faults,
    ...Object.fromEntries(SERVER_FAULT_KINDS.map((kind) => [kind, 5_000])),
  },
};

function simpler(name: string, plan: ServerPlan): ServerPlan | undefined {
  const one = SIMPLIFICATIONS.find((each) => each.name === name);
  if (one === undefined) throw new Error(`nothing is called ${name}`);
  return one.apply(plan);
}

test.each(SIMPLIFICATIONS)(
  "$name comes to an end, and changes a plan that it answers",
  ({ apply }) => {
    for (const first of [FULL, ...[1, 2, 3, 4, 5].map(drawn)]) {
      let times = 0;
      for (let plan = apply(first), before = first; plan !== undefined; plan = apply(plan)) {
        expect(plan).not.toEqual(before);
        before = plan;
        times++;
      }
      expect(times).toBeLessThan(20);
    }
  },
);

test("what a simplification leaves is a plan that a file may hold", () => {
  for (const { name, apply } of SIMPLIFICATIONS) {
    const plan = apply(FULL);
    if (plan === undefined) continue;
    expect(parseServerPlanFile(serverPlanFile({ seed: 7, plan })), name).toEqual({ seed: 7, plan });
  }
});

test("names of simplifications are their own", () => {
  expect(new Set(SIMPLIFICATIONS.map(({ name }) => name)).size).toBe(SIMPLIFICATIONS.length);
});

test.each<[string, (plan: ServerPlan) => unknown, unknown]>([
  ["half the storm", (plan) => plan.stormMs, STORM_MS / 2],
  ["no pauses", (plan) => plan.faults.pause, undefined],
  ["half as many pauses", (plan) => plan.faults.pause, 10_000],
  ["one node", (plan) => plan.nodes, 1],
  ["three nodes", (plan) => plan.nodes, 3],
  ["no spares", (plan) => plan.spares, 0],
  ["no watches", (plan) => plan.workload.followers, 0],
])("%s", (name, part, expected) => {
  const plan = simpler(name, FULL);

  expect(plan && part(plan)).toBe(expected);
  // And nothing else.
  expect(Object.keys(FULL).filter((key) => differ(key as keyof ServerPlan, plan))).toHaveLength(1);
});

function differ(key: keyof ServerPlan, plan: ServerPlan | undefined): boolean {
  return JSON.stringify(plan?.[key]) !== JSON.stringify(FULL[key]);
}

test("what is not there is not taken away", () => {
  const plan = simpler("no pauses", FULL);

  expect(plan && simpler("no pauses", plan)).toBeUndefined();
  expect(plan && simpler("half as many pauses", plan)).toBeUndefined();
});

test("one kind of fault less leaves the others where they were, until they meet", {
  timeout: 30_000,
}, async () => {
  const settings = { seed: 3, stormMs: 6_000, settle };
  const rhythm = { crash: 900, breakStreams: 700, powerShare: 0, leaderShare: 0 };
  const none = Object.fromEntries(SERVER_FAULT_KINDS.map((kind) => [kind, undefined]));
  const crashes = async (change: Partial<ServerPlan["faults"]>): Promise<readonly string[]> => {
    const { plan } = await runServerSeed({ ...settings, stormMs: 0 });
    const faults = { ...plan.faults, ...none, ...rhythm, ...change };
    const { faults: seen, stormFrom = 0 } = await recordServerRun({
      ...settings,
      plan: { ...plan, faults, stormMs: settings.stormMs },
    });
    return seen
      .filter(({ fault }) => fault === "crash")
      .map(({ at, text }) => `${(at - stormFrom).toFixed(3)} ${text}`)
      .slice(0, -1);
  };
  const all = await crashes({});

  expect(all.length).toBeGreaterThan(3);
  expect(await crashes({ breakStreams: undefined })).toEqual(all);
});

test("a plan of a file runs as it did", { timeout: 30_000 }, async () => {
  const first = await runServerSeed({ seed: 4, stormMs: 2_000, settle });
  const candidate = parseServerPlanFile(serverPlanFile(first));
  const again = await recordServerRun({ ...candidate, settle });

  expect(again.run.hash).toBe(first.hash);
  expect(again.run.events).toBe(first.events);
});

/** Links on which nothing arrives. */
const UNHEARD: ServerCandidate = {
  seed: 1,
  plan: { ...FULL, network: { ...FULL.network, lossProbability: 1 } },
};

test("a plan is made simpler in all but what breaks the promise, and again in the same way", {
  timeout: 30_000,
}, async () => {
  const before = await recordServerRun({ ...UNHEARD, settle });
  const first = await shrinkServerRun(UNHEARD, { settle });
  const { plan } = first.smallest;
  const told: ServerCandidate[] = [];
  const progress = (_runs: number, smallest: ServerCandidate): void => void told.push(smallest);
  const second = await shrinkServerRun(UNHEARD, { settle, runsMax: 20, progress });

  expect(before.run.violation?.message).toMatch(/^liveness: no cluster was formed/);
  expect(first.violation.invariant).toBe("liveness");
  expect(first.endedBy).toBeUndefined();
  // One node alone needs no links, and where nothing is lost all is well.
  expect(plan.nodes).toBe(2);
  expect(plan.network.lossProbability).toBe(1);
  expect(plan.spares).toBe(0);
  expect(SERVER_FAULT_KINDS.filter((kind) => plan.faults[kind] !== undefined)).toEqual([]);
  expect(plan.workload).toMatchObject({ clients: 0, plainCallers: 0, keys: 1 });
  expect(first.recorded.run.events).toBeLessThan(before.run.events);
  expect(first.simpler).toContain("a node less");

  expect(second).toMatchObject({ runs: 20, endedBy: "runs" });
  expect(told.length).toBe(19);
  expect(first.simpler.slice(0, second.simpler.length)).toEqual(second.simpler);
  // And its plan is the whole of it.
  const again = await recordServerRun({ ...first.smallest, settle });
  expect(again.run.hash).toBe(first.recorded.run.hash);
});

test("without time, or a violation, nothing is made smaller", async () => {
  const late = await shrinkServerRun(UNHEARD, { settle, isOver: () => true });
  const sound = { seed: 4, plan: { ...drawn(4), stormMs: 0 } };

  expect(late).toMatchObject({ runs: 1, endedBy: "time", simpler: [], smallest: UNHEARD });
  await expect(shrinkServerRun(sound, { settle })).rejects.toThrow("seed 4 breaks no promise");
});

const JSON_OF_ALL = serverPlanFile({ seed: 7, plan: FULL });

test.each<[string, string, string, string]>([
  ["no JSON", "{", "", "it is no JSON"],
  ["of cores", "server-plan-1", "plan-1", 'its format is "holdfast-sim-plan-1"'],
  ["without a seed", '"seed": 7', '"seed": "7"', "its seed is no whole number"],
  ["of no machines", '"nodes": 5', '"nodes": 0', "it has 1 machines"],
  ["of too many machines", '"nodes": 5', '"nodes": 50', "it has 51 machines"],
  ["of what nobody knows", '"spares"', '"spars"', "plan.spars is nothing that a plan has"],
  [
    "without a rest between pauses",
    '"pause": 5000',
    '"pause": 0',
    "plan.faults.pause is too short",
  ],
  ["of a wrong kind", '"clients": ', '"clients": "x", "_": ', "plan.workload"],
  ["that Raft refuses", '"electionTimeoutMs": ', '"electionTimeoutMs": 0.', "plan.raft"],
])("a plan %s is refused", (_what, stands, instead, why) => {
  const text = instead === "" ? stands : JSON_OF_ALL.replace(stands, instead);

  expect(() => parseServerPlanFile(text)).toThrow(PlanFileError);
  expect(() => parseServerPlanFile(text)).toThrow(why);
});
