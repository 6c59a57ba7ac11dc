import type { Parcel } from "../../network/network.ts";
import type { ServerObserver } from "../server-observer.ts";
import type { ServerWorld } from "../server-world.ts";
import type { FrameLeaves } from "./peer-hub.ts";

/** Tells an observer of the messages of Raft in what nodes send each other. */
export function frameTeller(
  { timeline, machines }: Pick<ServerWorld, "timeline" | "machines">,
  observer: ServerObserver,
): FrameLeaves {
  return (from, to, messages): Parcel => {
    const flights = messages.flatMap((one) => {
      const flight =
        one.kind === "raft" ? observer.sends?.(timeline.now, from, to, one.message) : undefined;
      return flight === undefined ? [] : [flight];
    });
    return {
      arrive: () => {
        const isThere = machines[to]?.process !== undefined;
        for (const flight of flights) {
          if (isThere) flight.arrives(timeline.now);
          else flight.fails(timeline.now, "nobody");
        }
      },
      fails: (why) => {
        for (const flight of flights) flight.fails(timeline.now, why);
      },
    };
  };
}
