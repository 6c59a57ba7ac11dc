import type { AlarmOperation, Operation } from "../src/index.ts";

/** What each alarm was raised by, by `member kind`: where both did, by what outlasts the other. */
export type NaiveAlarms = Map<string, "activate" | "raise">;

const OUTLASTS = { nospace: "activate", corrupt: "raise" } as const;

/** Whether the alarm is there afterwards, or was until it was ended. */
export function applyToAlarms(
  alarms: NaiveAlarms,
  { action, alarm: { member, kind } }: AlarmOperation,
): boolean {
  const name = `${member} ${kind}`;
  const cause = alarms.get(name);
  if (action === "activate" || action === "raise") {
    if (cause === undefined || action === OUTLASTS[kind]) alarms.set(name, action);
    return true;
  }
  const found = action === "clear" ? cause === "raise" : cause !== undefined;
  if (found) alarms.delete(name);
  return found;
}

export function refusedByAlarm(
  alarms: NaiveAlarms,
  operation: Operation,
): "corrupt" | "no-space" | undefined {
  const stands = (kind: string): boolean => [...alarms.keys()].some((name) => name.endsWith(kind));
  const isHarmless = ["lease-renew", "lease-checkpoint"].includes(operation.kind);
  if (stands("corrupt") && !isHarmless) return "corrupt";
  // A put anywhere within: what its text says is as good as walking it.
  const text = JSON.stringify(operation, (_, value) => (typeof value === "bigint" ? 0 : value));
  const grows = text.includes('"kind":"put"') || operation.kind === "lease-grant";
  return stands("nospace") && grows ? "no-space" : undefined;
}
