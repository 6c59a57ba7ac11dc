import { messageOf } from "@holdfast/base";
import { resolveRaftOptions } from "@holdfast/raft";
import { RandomStreams } from "../../dice.ts";
import { fail, number, objectOf, planJson } from "../../shrink/plan-json.ts";
import { drawServerPlan, SERVER_FAULT_KINDS, type ServerPlan } from "../plan/server-plan.ts";
import type { ServerCandidate } from "./server-candidate.ts";

const FORMAT = "holdfast-sim-server-plan-1";
const MACHINES_MAX = 20;
/** Any plan that is drawn has the shape of all. */
const DRAWN = drawServerPlan(new RandomStreams(0).stream("plan"), 0);
/** Between two events of a kind; where it is not there, there are none. */
const RHYTHMS = new Set([
  ...SERVER_FAULT_KINDS.map((kind) => `plan.faults.${kind}`),
  "plan.workload.compactMs",
]);
/** Whoever waits for no time goes on for ever in one moment. */
const RHYTHM_MS_LEAST = 1;

/** A whole run as text: with it and the same code, it happens again exactly. */
export function serverPlanFile({ seed, plan }: ServerCandidate): string {
  return `{
  "format": "${FORMAT}",
  "seed": ${seed},
  "plan": ${JSON.stringify(plan, null, 2).replaceAll("\n", "\n  ")}
}
`;
}

/** @throws {PlanFileError} naming what is wrong. */
export function parseServerPlanFile(text: string): ServerCandidate {
  const { given, seed } = planJson(text, FORMAT);
  const found = objectOf(given["plan"], "plan");
  checkShape(found, DRAWN, "plan");
  const plan = found as unknown as ServerPlan;
  const machines = plan.nodes + plan.spares;
  if (plan.nodes < 1 || machines > MACHINES_MAX) fail(`it has ${machines} machines`);
  if (plan.workload.thinkMs < RHYTHM_MS_LEAST) fail("plan.workload.thinkMs is too short");
  try {
    resolveRaftOptions(plan.raft);
  } catch (refused) {
    fail(`plan.raft: ${messageOf(refused)}`);
  }
  return { seed, plan };
}

function checkShape(given: Record<string, unknown>, like: object, name: string): void {
  const known = new Map<string, unknown>(Object.entries(like));
  for (const key of Object.keys(given)) {
    if (!known.has(key)) fail(`${name}.${key} is nothing that a plan has`);
  }
  for (const [key, sample] of known) checkValue(given[key], sample, `${name}.${key}`);
}

function checkValue(given: unknown, sample: unknown, name: string): void {
  if (RHYTHMS.has(name)) {
    if (given === undefined) return;
    number(given, name);
    if (Number(given) < RHYTHM_MS_LEAST) fail(`${name} is too short`);
  } else if (typeof sample === "object" && sample !== null) {
    checkShape(objectOf(given, name), sample, name);
  } else if (typeof sample === "number") {
    number(given, name);
    if (Number(given) < 0) fail(`${name} is below 0`);
  } else if (typeof given !== typeof sample) fail(`${name} is no ${typeof sample}`);
}
