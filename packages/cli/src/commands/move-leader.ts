import type { ClusterAdmin, ClusterMember } from "@holdfast/client";
import { EXIT } from "../exit-codes.ts";
import type { GivenGlobals } from "../global-options.ts";
import { findMember, nameOf } from "../members/find-member.ts";
import { type Terminal, write } from "../terminal.ts";
import { leaderAt, withAdmin } from "../with-admin.ts";

interface Moved {
  readonly leader: number;
  readonly before: number | undefined;
  readonly members: readonly ClusterMember[];
}

/** Hands leadership to a member, or to whichever voter is most advanced; it leads when this is done. */
export async function moveLeader(
  terminal: Terminal,
  given: string | undefined,
  options: GivenGlobals,
): Promise<number> {
  const moved = await withAdmin(terminal, options, (admin, call) => move(admin, given, call));
  const { leader, before } = moved;
  const text =
    options.output === "json"
      ? `${JSON.stringify({ leader: String(leader), before: String(before ?? 0) })}\n`
      : `${calledIn(moved, leader)} leads ${leader === before ? "already" : "now"}${after(moved)}\n`;
  await write(terminal.out, text);
  return EXIT.ok;
}

async function move(
  admin: ClusterAdmin,
  given: string | undefined,
  call: { readonly timeoutMs: number },
): Promise<Moved> {
  const members = await admin.members(call);
  const target = given === undefined ? undefined : findMember(members, given).id;
  const before = await leaderAt(admin, call);
  // That it leads is what was asked for.
  if (target !== undefined && target === before) return { leader: target, before, members };
  return { leader: await admin.moveLeader(target, call), before, members };
}

function after(moved: Moved): string {
  const { leader, before } = moved;
  return before === undefined || before === leader ? "" : `, after ${calledIn(moved, before)}`;
}

function calledIn({ members }: Moved, id: number): string {
  const member = members.find((each) => each.id === id);
  return member === undefined ? id.toString(16) : nameOf(member);
}
