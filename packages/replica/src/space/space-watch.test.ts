import { type MemberId, silentLogger } from "@holdfast/base";
import { NO_MEMBERSHIP, type RaftStatus } from "@holdfast/raft";
import { expect, test } from "vitest";
import { ManualTime } from "../../test/manual-time.ts";
import type { PeerMessage } from "../ports/peer-network.ts";
import { SETTLE_MS, SpaceWatch, TELL_EVERY_MS } from "./space-watch.ts";

const [SELF, SECOND, THIRD, LEARNER] = [1, 2, 3, 4] as MemberId[] as [
  MemberId,
  MemberId,
  MemberId,
  MemberId,
];

/** A member whose disk, leader and peers the test decides. */
function stage() {
  const time = new ManualTime();
  const state = { leader: SELF as MemberId | undefined, shortage: undefined as string | undefined };
  const listeners: (() => void)[] = [];
  const sent: { readonly to: MemberId; readonly message: PeerMessage }[] = [];
  const asked: MemberId[] = [];
  let takeOver: (failure?: Error) => void = () => undefined;
  const status = {
    membership: { ...NO_MEMBERSHIP, voters: [SELF, SECOND, THIRD], learners: [LEARNER] },
    peers: [
      { id: SECOND, state: "replicate", match: 10, next: 11 },
      { id: THIRD, state: "replicate", match: 12, next: 13 },
      { id: LEARNER, state: "replicate", match: 14, next: 15 },
    ],
  } as unknown as RaftStatus;
  const watch = new SpaceWatch({
    self: SELF,
    clock: time,
    logger: silentLogger,
    room: {
      get shortage() {
        return state.shortage;
      },
      onChange: (listener) => listeners.push(listener),
    },
    leader: () => state.leader,
    status: () => status,
    isConnected: () => true,
    handOver: (to) => {
      asked.push(to);
      return new Promise<void>((resolve, reject) => {
        takeOver = (failure) => (failure === undefined ? resolve() : reject(failure));
      });
    },
    send: (to, message) => sent.push({ to, message }),
  });
  watch.start();
  return {
    time,
    state,
    sent,
    asked,
    watch,
    roomIs: (shortage: string | undefined) => {
      state.shortage = shortage;
      for (const listener of listeners) listener();
    },
    takeOver: (failure?: Error) => takeOver(failure),
  };
}

test("a leader with room takes proposals and stays", async () => {
  const { watch, asked, time } = stage();
  watch.told(SECOND, true);

  await time.advance(SETTLE_MS + TELL_EVERY_MS);

  expect({ intake: watch.intake, asked }).toEqual({ intake: "open", asked: [] });
});

test("a leader that is short hands over to the most advanced voter with room", async () => {
  const { watch, roomIs, asked, time } = stage();
  roomIs("full");
  for (const id of [SECOND, THIRD, LEARNER]) watch.told(id, true);
  expect(watch.intake).toBe("moving");

  await time.advance(SETTLE_MS + TELL_EVERY_MS);

  expect({ intake: watch.intake, asked }).toEqual({ intake: "moving", asked: [THIRD] });
});

test("a leader waits for what others say before it hands over: their disks may fill with its own", async () => {
  const { watch, roomIs, asked, time } = stage();
  for (const id of [SECOND, THIRD]) watch.told(id, true);
  roomIs("full");
  await time.advance(TELL_EVERY_MS);
  for (const id of [SECOND, THIRD]) watch.told(id, false);

  await time.advance(SETTLE_MS);

  expect({ intake: watch.intake, asked }).toEqual({ intake: "refused", asked: [] });
});

test("where nobody has room the leader refuses and goes on leading, until there is room", async () => {
  const { watch, roomIs, asked, time } = stage();
  roomIs("full");
  await time.advance(SETTLE_MS);
  expect({ intake: watch.intake, asked }).toEqual({ intake: "refused", asked: [] });

  roomIs(undefined);

  expect(watch.intake).toBe("open");
});

test("a voter that did not take over is not asked again at once, the next one is", async () => {
  const { watch, roomIs, asked, time, takeOver } = stage();
  roomIs("full");
  const tell = (): void => {
    for (const id of [SECOND, THIRD]) watch.told(id, true);
  };
  tell();
  await time.advance(SETTLE_MS + TELL_EVERY_MS);
  takeOver(new Error("it did not take over in time"));
  tell();
  await time.advance(TELL_EVERY_MS);
  takeOver(new Error("it did not take over in time"));
  tell();
  await time.advance(TELL_EVERY_MS);

  expect({ intake: watch.intake, asked }).toEqual({ intake: "refused", asked: [THIRD, SECOND] });
});

test("a follower tells the leader at once when its room changes, and again and again", async () => {
  const { state, watch, roomIs, sent, time } = stage();
  state.leader = SECOND;
  watch.leaderChanged();
  roomIs("full");
  await time.advance(TELL_EVERY_MS);

  expect(sent).toEqual(
    [true, false, false].map((hasRoom) => ({
      to: SECOND,
      message: { kind: "room", from: SELF, hasRoom },
    })),
  );
  expect(watch.intake).toBe("open");
});

test("what a voter said long ago, or in another leadership, counts no more", async () => {
  const { watch, roomIs, asked, time } = stage();
  watch.told(SECOND, true);
  watch.leaderChanged();
  watch.told(THIRD, true);
  await time.advance(4 * TELL_EVERY_MS);
  roomIs("full");

  await time.advance(SETTLE_MS + TELL_EVERY_MS);

  expect({ intake: watch.intake, asked }).toEqual({ intake: "refused", asked: [] });
});
