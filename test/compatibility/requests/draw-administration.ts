import { below, type Random } from "@holdfast/testkit";
import type { WireRequest } from "../stores/wire-method.ts";
import { drawRevision, pick, type World } from "./world.ts";

const NO_MEMBER = ["0", "1", "12345", "18446744073709551615"];
const NO_PEER_URLS: readonly (readonly string[])[] = [
  [],
  [""],
  ["127.0.0.1:2380"],
  ["ftp://127.0.0.1:2380"],
  ["http://127.0.0.1"],
  ["http://127.0.0.1:2380/path"],
  ["http://"],
  ["nonsense"],
];

/** What is asked of members and of maintenance, where it changes neither. */
export function drawAdministration(random: Random, world: World): WireRequest {
  const peerURLs = pick(random, NO_PEER_URLS);
  const ID = pick(random, NO_MEMBER);
  // What one member alone says, and who leads, is the same only where there is one.
  switch (below(random, world.nodes === 1 ? 9 : 6)) {
    case 0:
      return { method: "MemberList", request: {} };
    case 1:
      return { method: "MemberAdd", request: { peerURLs, isLearner: below(random, 2) === 1 } };
    case 2:
      return { method: "MemberRemove", request: { ID } };
    case 3:
      return { method: "MemberUpdate", request: { ID, peerURLs } };
    case 4:
      return { method: "MemberPromote", request: { ID } };
    case 5:
      return { method: "Alarm", request: { action: 0, alarm: below(random, 3), memberID: ID } };
    case 6:
      return { method: "Status", request: {} };
    case 7:
      return { method: "HashKV", request: { revision: drawRevision(random, world, 30) } };
    default:
      return { method: "MoveLeader", request: { targetID: ID } };
  }
}
