import { expect, test } from "vitest";
import {
  type Act,
  type Candidate,
  type Decision,
  type DriverDefect,
  inWords,
  type MakeCore,
  machinesOf,
  makeProductionCore,
  parsePlanFile,
  planFile,
  recordSeed,
  runCandidate,
  runSeed,
  type ShrinkSettings,
  type Shrunk,
  shrinkRun,
} from "../src/index.ts";
import { memberIdOf } from "../src/node/store.ts";
import type { Observer } from "../src/observer.ts";
import { tamperedWith } from "./tampered-core.ts";

const STORM_MS = 2_500;
/** A run of hundreds of decisions that ends in lost state. */
const FAILING = { seed: 21, stormMs: STORM_MS };
const DEFECTS: readonly DriverDefect[] = ["compacts-before-state-is-durable"];

function shrunk(settings: Omit<ShrinkSettings, "defects"> = {}): Shrunk {
  const { candidate } = recordSeed({ ...FAILING, defects: DEFECTS });
  return shrinkRun(candidate, { ...settings, defects: DEFECTS });
}

test.each<{ seed: number; defects: readonly DriverDefect[] }>([
  // Messages that are lost, repeated and late, rumours, crashes, configurations, wiped disks, and all phases.
  { seed: 30, defects: [] },
  { seed: 51, defects: [] },
  { seed: FAILING.seed, defects: DEFECTS },
])("what chance decided in seed $seed has it happen again", ({ seed, defects }) => {
  const { run, candidate } = recordSeed({ seed, stormMs: 800, defects });
  const again = runCandidate(parsePlanFile(planFile(candidate)), { defects });

  expect(again.hash).toBe(run.hash);
  expect(again.violation?.message).toBe(run.violation?.message);
  expect(candidate.script.decisions.length).toBeGreaterThan(20);
  expect(candidate.script.restarts.length).toBeGreaterThan(0);
});

test("recording changes nothing", () => {
  const settings = { seed: 51, stormMs: 1_000 };

  expect(recordSeed(settings).run.hash).toBe(runSeed(settings).hash);
});

test("one decision less shifts none of the others", () => {
  const { candidate } = recordSeed({ seed: 7, stormMs: 500 });
  const { decisions } = candidate.script;
  const isDone = ({ act }: Decision): boolean => act.kind === "operation";
  const gone = decisions.findIndex(isDone);
  const fewer = decisions.toSpliced(gone, 1);
  const script = { ...candidate.script, decisions: fewer };
  const done: Decision[] = [];
  runCandidate({ ...candidate, script }, { observer: { decided: (one) => done.push(one) } });

  expect(done).toEqual(fewer);
});

test("without a mistake, parts of what was decided break nothing", { timeout: 20_000 }, () => {
  for (const seed of [30, 51]) {
    const { candidate } = recordSeed({ seed, stormMs: 1_000 });
    for (const rest of [0, 1]) {
      const decisions = candidate.script.decisions.filter((_, at) => at % 2 === rest);
      const part: Candidate = { ...candidate, script: { ...candidate.script, decisions } };
      const { violation } = runCandidate(part, {});
      expect(violation?.message, `seed ${seed}, part ${rest}`).toBeUndefined();
    }
  }
});

test.each<{ kind: "wipe" | "change-membership"; happens: { wiped: number; changed: number } }>([
  // A second disk would take the quorum away.
  { kind: "wipe", happens: { wiped: 1, changed: 0 } },
  // Whoever was never started cannot vote at once.
  { kind: "change-membership", happens: { wiped: 0, changed: 0 } },
])("$kind that would be too much where it is played is not done", ({ kind, happens }) => {
  const { candidate } = recordSeed({ seed: FAILING.seed, stormMs: 500 });
  const { plan, script } = candidate;
  const spare = memberIdOf(3, 0);
  const draft = { voters: [memberIdOf(0, 0), spare], learners: [], promotions: [] };
  const decisions = [0, 1, 2].map((machine): Decision => {
    const act: Act = kind === "wipe" ? { kind, machine } : { kind, machine, draft };
    return { at: plan.core.electionTimeoutMs * 6, act };
  });
  const seen = { wiped: 0, changed: 0 };
  const observer: Observer = {
    lifeEnded: () => seen.wiped++,
    membership: (_at, _machine, { voters }) => {
      if (voters.includes(spare)) seen.changed++;
    },
  };
  const run = runCandidate({ ...candidate, script: { ...script, decisions } }, { observer });

  expect([plan.voters, plan.learners, plan.spares]).toEqual([3, 0, 1]);
  expect(seen).toEqual(happens);
  expect(run.violation?.message).toBeUndefined();
});

test("hundreds of decisions are shrunk to a handful, and again in the same way", {
  timeout: 60_000,
}, () => {
  const before = recordSeed({ ...FAILING, defects: DEFECTS });
  const told: Candidate[] = [];
  const first = shrunk({ progress: (_runs, smallest) => told.push(smallest) });
  const second = shrunk({ runsMax: 60 });

  expect(before.candidate.script.decisions.length).toBeGreaterThan(500);
  expect(first.smallest.script.decisions.length).toBeLessThanOrEqual(5);
  expect(machinesOf(first.smallest.plan)).toBeLessThan(machinesOf(before.candidate.plan));
  expect(first.run.virtualMs).toBeLessThan(before.run.virtualMs);
  expect(first.violation.invariant).toBe(before.run.violation?.invariant);
  expect(first.endedBy).toBeUndefined();
  // The first run was told of by nobody: it is the one that is to be made smaller.
  expect(told.length).toBe(first.runs - 1);

  const then = told[second.runs - 2];
  expect(then && planFile(then)).toBe(planFile(second.smallest));
  expect(second.smallest.script.decisions.length).toBeLessThan(100);

  // And its plan is the whole of it.
  const again = runCandidate(parsePlanFile(planFile(first.smallest)), { defects: DEFECTS });
  expect(again.hash).toBe(first.run.hash);
  expect(again.violation?.message).toBe(first.violation.message);
  expect(runCandidate(first.smallest, {}).violation).toBeUndefined();
});

test("a smaller run that breaks another promise is not taken for the same", () => {
  const { candidate } = recordSeed({ ...FAILING, defects: DEFECTS });
  const { voters } = candidate.plan;
  const makeCore: MakeCore = (parts) => {
    const isSmaller = parts.restored.membership.voters.length < voters;
    return isSmaller ? tamperedWith({ input: refuse })(parts) : makeProductionCore(parts);
  };
  const smaller = shrinkRun(candidate, { defects: DEFECTS, makeCore, runsMax: 60 });

  expect(smaller.violation.invariant).toBe("start");
  expect(smaller.smallest.plan.voters).toBe(voters);
});

function refuse(): never {
  throw new Error("not with so few");
}

test("it ends when its runs or its time are over, with what it has", () => {
  const byRuns = shrunk({ runsMax: 12 });
  const byTime = shrunk({ isOver: () => true });

  expect(byRuns).toMatchObject({ runs: 12, endedBy: "runs" });
  expect(byRuns.violation.invariant).toBe("start");
  expect(byTime).toMatchObject({ runs: 1, endedBy: "time" });
});

test("a run that breaks nothing is refused", () => {
  const { candidate } = recordSeed({ seed: 21, stormMs: 500 });

  expect(() => shrinkRun(candidate, {})).toThrow("nothing to shrink: seed 21 breaks no promise");
});

test("every decision of many runs has words", () => {
  const kinds = new Set<string>();
  for (const seed of [2, 21, 51]) {
    for (const { act } of recordSeed({ seed, stormMs: 1_500 }).candidate.script.decisions) {
      kinds.add(act.kind);
      expect(inWords(act)).toMatch(/(node|client|link|hear|piece|disk|clock)/);
      expect(inWords(act)).not.toMatch(/undefined|NaN|\[object/);
    }
  }
  expect(kinds.size).toBeGreaterThan(8);
});

const good = planFile(recordSeed({ seed: 51, stormMs: 100 }).candidate);

test.each([
  ["[1", "it is no JSON"],
  ["{}", "its format is undefined"],
  [good.replace('"seed": 51', '"seed": "five"'), "its seed is no whole number"],
  [good.replace('"voters":', '"voted":'), "plan.voters is no number"],
  [good.replace(/"kind":"\w+"/, '"kind":"sabotage"'), 'is a "sabotage", which nobody knows'],
  [good.replace(/"kind":"\w+"/, '"kind":"toString"'), 'is a "toString", which nobody knows'],
  [good.replace('"restarts":', '"again":'), "rest.restarts is no list"],
  [good.replace(/"heartbeatMs":\d+/, '"heartbeatMs":-1'), "plan.core: "],
])("a plan that is none is refused, and why is told", (text, why) => {
  expect(() => parsePlanFile(text)).toThrow(why);
});
