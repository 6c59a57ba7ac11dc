import { isWildcardHost, parseAddress } from "@holdfast/config/address";
import { EXIT } from "../exit-codes.ts";
import type { GivenGlobals } from "../global-options.ts";
import { changeMembers } from "../members/change-members.ts";
import { findMember, nameOf } from "../members/find-member.ts";
import { joiningHint } from "../members/joining-hint.ts";
import { membersJson } from "../members/member-json.ts";
import { memberTable } from "../members/member-table.ts";
import { type Terminal, write } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { leaderAt, withAdmin } from "../with-admin.ts";

export interface MemberListOptions extends GivenGlobals {
  readonly serializable?: boolean | undefined;
}

export interface MemberAddOptions extends GivenGlobals {
  readonly peer: string;
  readonly client?: string | undefined;
  readonly learner?: boolean | undefined;
}

export interface MemberUpdateOptions extends GivenGlobals {
  readonly peer?: string | undefined;
  readonly client?: string | undefined;
}

/** Prints who takes part in the cluster, and as what. */
export async function memberList(terminal: Terminal, options: MemberListOptions): Promise<number> {
  const { members, leader } = await withAdmin(terminal, options, async (admin, call) => {
    const serializable = options.serializable ?? false;
    const found = await admin.members({ ...call, serializable });
    return { members: found, leader: await leaderAt(admin, call) };
  });
  const text =
    options.output === "json"
      ? `${JSON.stringify(membersJson(members, leader))}\n`
      : memberTable(terminal, members, leader);
  await write(terminal.out, text);
  return EXIT.ok;
}

/** Adds a member, whose node may be started before or after. */
export function memberAdd(
  terminal: Terminal,
  name: string,
  options: MemberAddOptions,
): Promise<number> {
  if (!NODE_ID.test(name)) {
    throw new UsageError(
      `NAME is the node's id in the cluster file, 1 to 64 letters, digits, - _ or ., not ${JSON.stringify(name)}`,
    );
  }
  const peerAddress = addressOf("--peer", options.peer);
  const clientAddress = optionalAddress("--client", options.client);
  const { learner = false } = options;
  return changeMembers(terminal, options, {
    plan: () => ({ kind: "add", name, peerAddress, clientAddress, learner }),
    tell: (member) => ({
      done: learner
        ? `${name} is added as a learner: it gets all data and does not vote`
        : `${name} is added: it votes once its node has joined and caught up`,
      next: joiningHint(member),
    }),
  });
}

/** Removes a member; the cluster goes on without it. */
export function memberRemove(
  terminal: Terminal,
  given: string,
  options: GivenGlobals,
): Promise<number> {
  return changeMembers(terminal, options, {
    plan: (members) => ({ kind: "remove", id: findMember(members, given).id }),
    tell: (member) => ({
      done: `${nameOf(member)} is removed`,
      next: member.isStarted ? "stop its node and remove its directory" : undefined,
    }),
  });
}

/** Makes a voter of a learner. */
export function memberPromote(
  terminal: Terminal,
  given: string,
  options: GivenGlobals,
): Promise<number> {
  return changeMembers(terminal, options, {
    plan: (members) => ({ kind: "promote", id: findMember(members, given).id }),
    tell: (member) => ({ done: `${nameOf(member)} votes now` }),
  });
}

/** Tells the cluster another address of a member. */
export function memberUpdate(
  terminal: Terminal,
  given: string,
  options: MemberUpdateOptions,
): Promise<number> {
  const peerAddress = optionalAddress("--peer", options.peer);
  const clientAddress = optionalAddress("--client", options.client);
  if (peerAddress === undefined && clientAddress === undefined) {
    throw new UsageError("nothing to update: give --peer, --client or both");
  }
  return changeMembers(terminal, options, {
    plan: (members) => {
      const { id } = findMember(members, given);
      return { kind: "update", id, peerAddress, clientAddress };
    },
    tell: (member) => ({
      done: `${nameOf(member)} is updated`,
      next: "write the address into the cluster file and restart its node: that is where it listens",
    }),
  });
}

/** What a node's id may be, as in the cluster file. */
const NODE_ID = /^[A-Za-z0-9._-]{1,64}$/;

function optionalAddress(option: string, given: string | undefined): string | undefined {
  return given === undefined ? undefined : addressOf(option, given);
}

/** @throws UsageError for what no node could listen on or dial. */
function addressOf(option: string, given: string): string {
  const address = parseAddress(given);
  if (address !== undefined && !isWildcardHost(address.host)) return given;
  throw new UsageError(
    `${option} expects host:port that the other nodes can dial, such as 10.0.0.4:2380, found "${given}"`,
  );
}
