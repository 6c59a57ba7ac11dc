import type { ServerPlan } from "./server-plan.ts";
import type { ServerWorkload } from "./server-workload.ts";

/** What a plan has instead of what its seed drew, for whoever looks for something that few of the drawn come to. */
export interface PlanFocus {
  readonly nodes?: number;
  readonly workload?: Partial<ServerWorkload>;
}

export function focused(plan: ServerPlan, { nodes = plan.nodes, workload }: PlanFocus): ServerPlan {
  return { ...plan, nodes, workload: { ...plan.workload, ...workload } };
}
