import type { WorldPlan } from "../plan/world-plan.ts";

/** What makes a plan easier to follow, one thing at a time; what it has not is left out. */
export function simplerPlans(plan: WorldPlan): readonly WorldPlan[] {
  const { network, disk } = plan;
  const simpler: (WorldPlan | undefined)[] = [
    network.reorders ? { ...plan, network: { ...network, reorders: false } } : undefined,
    network.mode === "harsh" ? { ...plan, network: { ...network, mode: "gentle" } } : undefined,
    plan.clockDrift > 0 ? { ...plan, clockDrift: 0 } : undefined,
    disk.slowProbability > 0 ? { ...plan, disk: { ...disk, slowProbability: 0 } } : undefined,
  ];
  return simpler.filter((one) => one !== undefined);
}
