import { assert } from "@holdfast/base";
import type { ClusterMember, MembershipChange } from "@holdfast/client";
import { EXIT } from "../exit-codes.ts";
import type { GivenGlobals } from "../global-options.ts";
import { type Terminal, write } from "../terminal.ts";
import { leaderAt, withAdmin } from "../with-admin.ts";
import { memberJson, membersJson } from "./member-json.ts";
import { memberTable } from "./member-table.ts";

/** A change of who takes part, from what it is to how it is told. */
export interface MemberChange {
  /** The change, given who takes part now; throws where there is no such member. */
  plan(members: readonly ClusterMember[]): MembershipChange;
  /** What has happened to the member, and what is for the operator to do. */
  tell(member: ClusterMember): { readonly done: string; readonly next?: string | undefined };
}

/** Changes who takes part, and prints what came of it. */
export async function changeMembers(
  terminal: Terminal,
  options: GivenGlobals,
  { plan, tell }: MemberChange,
): Promise<number> {
  const { member, members, leader } = await withAdmin(terminal, options, async (admin, call) => {
    const before = await admin.members(call);
    const changed = await admin.change(plan(before), call);
    // One that was removed is known from before only.
    const found = [...changed.members, ...before].find(({ id }) => id === changed.id);
    assert(found !== undefined, "a change is of a member");
    return { member: found, members: changed.members, leader: await leaderAt(admin, call) };
  });
  if (options.output === "json") {
    const json = { member: memberJson(member), ...membersJson(members, leader) };
    await write(terminal.out, `${JSON.stringify(json)}\n`);
    return EXIT.ok;
  }
  const { done, next } = tell(member);
  const rest = next === undefined ? "" : `\nnext: ${next}\n`;
  await write(terminal.out, `${done}\n\n${memberTable(terminal, members, leader)}${rest}`);
  return EXIT.ok;
}
