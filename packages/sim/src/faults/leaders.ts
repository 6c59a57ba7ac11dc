import type { Machine } from "../node/machine.ts";

/** Those who believe that they lead, the newest first. */
export function leadersOf(machines: readonly Machine[]): readonly Machine[] {
  return machines
    .filter(({ life }) => life?.status.role === "leader")
    .sort((a, b) => termOf(b) - termOf(a));
}

/** Whether it believes that it leads, and another does of a later term. */
export function isUsurped(machine: Machine, machines: readonly Machine[]): boolean {
  const [newest, ...others] = leadersOf(machines);
  return newest !== undefined && others.includes(machine) && termOf(newest) > termOf(machine);
}

function termOf({ life }: Machine): number {
  return life?.status.term ?? 0;
}
