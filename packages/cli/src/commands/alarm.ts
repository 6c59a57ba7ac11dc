import type { ClusterAdmin, ClusterMember, EndpointAlarm, EtcdEndpoint } from "@holdfast/client";
import { EXIT } from "../exit-codes.ts";
import type { GivenGlobals } from "../global-options.ts";
import { nameOf } from "../members/find-member.ts";
import { table } from "../output/table.ts";
import { type Terminal, write } from "../terminal.ts";
import { withAdmin } from "../with-admin.ts";

const HEAD: readonly string[] = ["ALARM", "MEMBER", "ID"];

interface Found {
  readonly alarms: readonly EndpointAlarm[];
  readonly members: readonly ClusterMember[];
}

/** Shows what keeps the cluster from taking writes. */
export async function alarmList(terminal: Terminal, options: GivenGlobals): Promise<number> {
  const found = await withAdmin(terminal, options, (admin, call) =>
    atNode(admin, call, (node) => node.alarms(call)),
  );
  await print(terminal, options, found, "no alarm stands\n");
  return EXIT.ok;
}

/** Ends all alarms that stand. What a member says of its own disk ends with its reason only. */
export async function alarmDisarm(terminal: Terminal, options: GivenGlobals): Promise<number> {
  const found = await withAdmin(terminal, options, (admin, call) =>
    atNode(admin, call, async (node) => {
      const ended: EndpointAlarm[] = [];
      for (const alarm of await node.alarms(call)) {
        if (await node.disarm(alarm, call)) ended.push(alarm);
      }
      return ended;
    }),
  );
  await print(terminal, options, found, "no alarm that could be ended\n");
  return EXIT.ok;
}

/** Asks one node that has just answered, and knows a leader. */
async function atNode(
  admin: ClusterAdmin,
  call: { readonly timeoutMs: number },
  ask: (node: EtcdEndpoint) => Promise<readonly EndpointAlarm[]>,
): Promise<Found> {
  const members = await admin.members(call);
  const { EtcdEndpoint } = await import("@holdfast/client");
  const node = new EtcdEndpoint(admin.endpoint ?? "");
  try {
    return { members, alarms: await ask(node) };
  } finally {
    node.close();
  }
}

async function print(
  terminal: Terminal,
  options: GivenGlobals,
  { alarms, members }: Found,
  none: string,
): Promise<void> {
  if (options.output === "json") {
    const wire = alarms.map(({ member, kind }) => ({ memberID: String(member), alarm: kind }));
    return write(terminal.out, `${JSON.stringify({ alarms: wire })}\n`);
  }
  if (alarms.length === 0) return write(terminal.out, none);
  const rows = alarms.map(({ member, kind }) => {
    const known = members.find(({ id }) => BigInt(id) === member);
    return [kind, known === undefined ? "-" : nameOf(known), member.toString(16)];
  });
  return write(terminal.out, table(terminal, HEAD, rows));
}
