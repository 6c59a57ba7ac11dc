import { messageOf } from "@holdfast/base";
import { resolveRaftOptions } from "@holdfast/raft";
import { isFault } from "../decisions/fault-class.ts";
import type { Candidate } from "./candidate.ts";
import { machinesOf } from "./candidate.ts";

const FORMAT = "holdfast-sim-plan-1";
const MACHINES_MAX = 20;

/** A file that is no plan of a run, or one that this version does not know. */
export class PlanFileError extends Error {}

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
  const given = objectOf(parsed(text), "the file");
  const { format, seed, decisions } = given;
  if (format !== FORMAT) fail(`its format is ${JSON.stringify(format)}, not "${FORMAT}"`);
  if (typeof seed !== "number" || !Number.isSafeInteger(seed)) fail("its seed is no whole number");
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail("it is no JSON");
  }
}

function objectOf(given: unknown, name: string): Record<string, unknown> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return fail(`${name} is no object`);
  }
  return given as Record<string, unknown>;
}

function number(given: unknown, name: string): void {
  if (typeof given !== "number" || !Number.isFinite(given)) fail(`${name} is no number`);
}

function fail(what: string): never {
  throw new PlanFileError(`not a plan of a run: ${what}`);
}
