import { messageOf } from "@holdfast/base";
import { resolveRaftOptions } from "@holdfast/raft";
import { isFault } from "../decisions/fault-class.ts";
import type { Candidate } from "./candidate.ts";
import { machinesOf } from "./candidate.ts";
import { fail, number, objectOf, planJson } from "./plan-json.ts";

const FORMAT = "holdfast-sim-plan-1";
const MACHINES_MAX = 20;

/** A whole run as text: with it and the same code, it happens again exactly. */
export function planFile({ seed, plan, script }: Candidate): string {
  const { decisions, ...rest } = script;
  const lines = decisions.map((decision) => `    ${JSON.stringify(decision)}`);
  const list = lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n  ]`;
  return `{
  "format": "${FORMAT}",
  "seed": ${seed},
  "plan": ${JSON.stringify(plan)},
  "decisions": ${list},
  "rest": ${JSON.stringify(rest)}
}
`;
}

/** @throws {PlanFileError} naming what is wrong. */
export function parsePlanFile(text: string): Candidate {
  const { given, seed } = planJson(text, FORMAT);
  const { decisions } = given;
  const plan = objectOf(given["plan"], "plan") as unknown as Candidate["plan"];
  checkPlan(plan);
  if (!Array.isArray(decisions)) fail("decisions are no list");
  for (const [index, decision] of decisions.entries()) checkDecision(decision, index);
  const rest = objectOf(given["rest"], "rest");
  const standing = objectOf(rest["standing"], "rest.standing");
  for (const name of ["draws", "names", "values"]) number(standing[name], `rest.standing.${name}`);
  const restarts = rest["restarts"];
  if (!Array.isArray(restarts)) fail("rest.restarts is no list");
  const script = { decisions, restarts, standing } as unknown as Candidate["script"];
  return { seed, plan, script };
}

function checkPlan(plan: Candidate["plan"]): void {
  for (const name of [
    "voters",
    "learners",
    "spares",
    "stormMs",
    "flushMs",
    "applySlice",
  ] as const) {
    number(plan[name], `plan.${name}`);
  }
  for (const name of ["core", "network", "disk", "faults", "workload"] as const) {
    objectOf(plan[name], `plan.${name}`);
  }
  const machines = machinesOf(plan);
  if (plan.voters < 1 || machines > MACHINES_MAX) fail(`it has ${machines} machines`);
  try {
    resolveRaftOptions(plan.core);
  } catch (refused) {
    fail(`plan.core: ${messageOf(refused)}`);
  }
}

function checkDecision(given: unknown, index: number): void {
  const where = `decision ${index}`;
  const { at, act } = objectOf(given, where);
  number(at, `${where}.at`);
  const { kind, operation } = objectOf(act, `${where}.act`);
  if (kind === "operation") objectOf(operation, `${where}.act.operation`);
  if (kind !== "operation" && !isFault(kind)) {
    fail(`${where} is a ${JSON.stringify(kind)}, which nobody knows`);
  }
}
