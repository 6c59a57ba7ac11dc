import { MemoryPeerHub } from "@holdfast/transport/memory";
import type { Network } from "../../network/network.ts";
import { LocalClock } from "../../node/local-clock.ts";
import type { Timeline } from "../../timeline.ts";
import { ProcessTime } from "../machine/process-time.ts";

/**
 * Production's handshakes and codec between nodes, over links that delay, lose and cut. A link that
 * is cut in one direction takes no new connection.
 */
export function peerHub(
  timeline: Timeline,
  network: Network,
  slotOf: (address: string) => number,
): MemoryPeerHub {
  const world = new ProcessTime(timeline, new LocalClock(0, 1));
  return new MemoryPeerHub({
    clock: world,
    turn: world,
    encode: true,
    carry: (from, to, arrive) => network.carry(slotOf(from), slotOf(to), undefined, { arrive }),
    isCut: (a, b) => network.isCut(slotOf(a), slotOf(b)) || network.isCut(slotOf(b), slotOf(a)),
  });
}
