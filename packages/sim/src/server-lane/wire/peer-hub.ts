import type { Clock, Turn } from "@holdfast/base";
import { MemoryPeerHub } from "@holdfast/transport/memory";
import type { Network } from "../../network/network.ts";
import type { Timeline } from "../../timeline.ts";

/**
 * Production's handshakes and codec between nodes, over links that delay, lose and cut. A link that
 * is cut in one direction takes no new connection.
 */
export function peerHub(
  timeline: Timeline,
  network: Network,
  slotOf: (address: string) => number,
): MemoryPeerHub {
  const clock: Clock = {
    now: () => timeline.now,
    timer: (delayMs, fire) => {
      const event = timeline.after(delayMs, fire);
      return () => {
        event.cancelled = true;
      };
    },
  };
  const turn: Turn = {
    soon: (task) => void timeline.after(0, task),
    next: () => new Promise((resume) => void timeline.after(0, resume)),
  };
  return new MemoryPeerHub({
    clock,
    turn,
    encode: true,
    carry: (from, to, arrive) => network.carry(slotOf(from), slotOf(to), undefined, { arrive }),
    isCut: (a, b) => network.isCut(slotOf(a), slotOf(b)) || network.isCut(slotOf(b), slotOf(a)),
  });
}
