import type { PeerMessage } from "@holdfast/replica";
import { MemoryPeerHub } from "@holdfast/transport/memory";
import type { Network, Parcel } from "../../network/network.ts";
import { LocalClock } from "../../node/local-clock.ts";
import type { Timeline } from "../../timeline.ts";
import { ProcessTime } from "../machine/process-time.ts";

/** What becomes of a frame of messages that leaves; `undefined` where nobody looks. */
export type FrameLeaves = (
  from: number,
  to: number,
  messages: readonly PeerMessage[],
) => Parcel | undefined;

/**
 * Production's handshakes and codec between nodes, over links that delay, lose and cut. A link that
 * is cut in one direction takes no new connection.
 */
export function peerHub(
  timeline: Timeline,
  network: Network,
  slotOf: (address: string) => number,
  leaves?: FrameLeaves | undefined,
): MemoryPeerHub {
  const world = new ProcessTime(timeline, new LocalClock(0, 1));
  return new MemoryPeerHub({
    clock: world,
    turn: world,
    encode: true,
    carry: (from, to, arrive, messages) => {
      const told = messages && leaves?.(slotOf(from), slotOf(to), messages);
      network.carry(slotOf(from), slotOf(to), undefined, {
        arrive: () => {
          told?.arrive();
          arrive();
        },
        fails: told?.fails,
      });
    },
    isCut: (a, b) => network.isCut(slotOf(a), slotOf(b)) || network.isCut(slotOf(b), slotOf(a)),
  });
}
