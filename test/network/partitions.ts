import { cut, deaf, type LinkFault, mute } from "@holdfast/testkit";
import type { Roles } from "./networked-cluster.ts";

/** Which packets vanish. */
export type Partition = (roles: Roles) => readonly LinkFault[];

/** The leader has no majority any more, and the others have. */
export const LEADER_PARTITIONS = {
  "is cut from both followers": (all) => cut(all.leader.id, all.follower.id, all.other.id),
  "sends but hears nothing": (all) => deaf(all.leader.id, all.follower.id, all.other.id),
  "hears but is heard by nobody": (all) => mute(all.leader.id, all.follower.id, all.other.id),
} as const satisfies Readonly<Record<string, Partition>>;

/** The leader keeps a majority; a follower would like to campaign, but must not be able to disturb. */
export const FOLLOWER_PARTITIONS = {
  "is cut from both": (all) => cut(all.follower.id, all.leader.id, all.other.id),
  "sends but hears nothing": (all) => deaf(all.follower.id, all.leader.id, all.other.id),
  "hears but is heard by nobody": (all) => mute(all.follower.id, all.leader.id, all.other.id),
  "is cut from the leader, and the other sees both": (all) => cut(all.follower.id, all.leader.id),
} as const satisfies Readonly<Record<string, Partition>>;

/** Each hears one other and is heard by the third, so each believes in another majority. None can be served. */
export function ring({ leader, follower, other }: Roles): readonly LinkFault[] {
  return [
    ...deaf(leader.id, other.id),
    ...deaf(follower.id, leader.id),
    ...deaf(other.id, follower.id),
  ];
}
