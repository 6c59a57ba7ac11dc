import type { MemberId } from "@holdfast/base";
import type { Act, Decision } from "../decisions/decision.ts";
import type { Draft } from "../faults/draw-change.ts";
import type { Way } from "../network/partition.ts";
import { generationOf, machineOf, memberIdOf } from "../node/store.ts";
import type { WorldPlan } from "../plan/world-plan.ts";
import type { Candidate } from "./candidate.ts";

/** Without one machine and whatever happened to it; those behind it move up. `undefined`: nobody would be left. */
export function withoutMachine(candidate: Candidate, gone: number): Candidate | undefined {
  const plan = smaller(candidate.plan, gone);
  if (plan.voters === 0) return undefined;
  const { script } = candidate;
  const decisions = script.decisions.flatMap(({ at, act }): Decision[] => {
    const moved = actWithout(act, gone);
    return moved === undefined ? [] : [{ at, act: moved }];
  });
  const restarts = script.restarts
    .filter(({ machine }) => machine !== gone)
    .map((restart) => ({ ...restart, machine: up(restart.machine, gone) }));
  return { ...candidate, plan, script: { ...script, decisions, restarts } };
}

function smaller(plan: WorldPlan, gone: number): WorldPlan {
  const { voters, learners, spares } = plan;
  if (gone < voters) return { ...plan, voters: voters - 1 };
  if (gone < voters + learners) return { ...plan, learners: learners - 1 };
  return { ...plan, spares: spares - 1 };
}

function actWithout(act: Act, gone: number): Act | undefined {
  if (touched(act).includes(gone)) return undefined;
  switch (act.kind) {
    case "partition": {
      const kept = act.ways.flatMap((way, at) => (way.includes(gone) ? [] : [at]));
      const ways = kept.map((at) => wayUp(act.ways[at] as Way, gone));
      return ways.length === 0
        ? undefined
        : { ...act, ways, ms: kept.map((at) => act.ms[at] ?? 0) };
    }
    case "cut-off":
    case "clog": {
      const ways = act.ways.filter((way) => !way.includes(gone)).map((way) => wayUp(way, gone));
      return ways.length === 0 ? undefined : { ...act, ways };
    }
    case "lost":
    case "repeated":
    case "delayed":
      return { ...act, from: up(act.from, gone), to: up(act.to, gone) };
    case "rumour":
      return { ...act, machine: up(act.machine, gone), about: up(act.about, gone) };
    case "transfer": {
      const to = act.to === undefined ? undefined : memberUp(act.to, gone);
      return { ...act, machine: up(act.machine, gone), to };
    }
    case "change-membership":
      return { ...act, machine: up(act.machine, gone), draft: draftUp(act.draft, gone) };
    default:
      return { ...act, machine: up(act.machine, gone) };
  }
}

/** The machines without which it would make no sense. */
function touched(act: Act): readonly number[] {
  switch (act.kind) {
    case "partition":
    case "cut-off":
    case "clog":
      return [];
    case "lost":
    case "repeated":
    case "delayed":
      return [act.from, act.to];
    case "rumour":
      return [act.machine, act.about];
    case "transfer":
      return [act.machine, ...(act.to === undefined ? [] : [machineOf(act.to)])];
    case "change-membership": {
      const { voters, learners } = act.draft;
      return [act.machine, ...[...voters, ...learners].map(machineOf)];
    }
    default:
      return [act.machine];
  }
}

function up(machine: number, gone: number): number {
  return machine > gone ? machine - 1 : machine;
}

function wayUp([from, to]: Way, gone: number): Way {
  return [up(from, gone), up(to, gone)];
}

function memberUp(id: MemberId, gone: number): MemberId {
  return memberIdOf(up(machineOf(id), gone), generationOf(id));
}

function draftUp({ voters, learners, promotions }: Draft, gone: number): Draft {
  return {
    voters: voters.map((id) => memberUp(id, gone)),
    learners: learners.map((id) => memberUp(id, gone)),
    promotions: promotions.map(({ learner, replaces }) => ({
      learner: memberUp(learner, gone),
      replaces: replaces === undefined ? undefined : memberUp(replaces, gone),
    })),
  };
}
