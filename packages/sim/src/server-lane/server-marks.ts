/** What many runs of whole nodes together must come into, or they prove less than they seem to. */
export const SERVER_SITUATIONS = [
  "cluster formed",
  "leader elected again",
  "process killed",
  "power cut",
  "process restarted",
  "struck amid a write",
  "process stood still",
  "links cut",
  "links cut one way",
  "disk stalled",
  "write failed, node stopped",
  "client connections broken",
  "leadership handed over",
  "state received",
  "node wiped",
  "wiped node admitted",
  "member added",
  "member removed",
  "call refused",
  "call with unknown outcome",
  "session expired",
  "history compacted",
  "history judged to its end",
] as const;

export type ServerSituation = (typeof SERVER_SITUATIONS)[number];
