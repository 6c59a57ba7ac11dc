import type { MemberId } from "@holdfast/base";
import { type Membership, NO_MEMBERSHIP } from "@holdfast/raft";
import { expect, test } from "vitest";
import { ManualTime } from "../../test/manual-time.ts";
import { Neighbours } from "./neighbours.ts";
import { RESERVED_STORE } from "./reserved-store.ts";

const SELF = 1 as MemberId;
const LINGER_MS = 1000;

class Stage {
  readonly time = new ManualTime();
  connected: readonly number[] = [];
  readonly neighbours = new Neighbours({
    self: SELF,
    clock: this.time,
    lingerMs: LINGER_MS,
    connectTo: (peers) => {
      this.connected = peers.map(({ id }) => id);
    },
  });
}

test("one that leaves stays connected until its removal is committed and it may have been told", async () => {
  const stage = new Stage();
  stage.neighbours.changed({ index: 0, membership: of(1, 2, 3) });

  stage.neighbours.changed({ index: 5, membership: of(1, 2) });
  stage.neighbours.appliedTo(4);
  await stage.time.advance(10 * LINGER_MS);
  const uncommitted = stage.connected;
  stage.neighbours.appliedTo(5);
  await stage.time.advance(LINGER_MS - 1);
  const committed = stage.connected;
  await stage.time.advance(1);

  expect(uncommitted).toEqual([2, 3]);
  expect(committed).toEqual([2, 3]);
  expect(stage.connected).toEqual([2]);
});

test("one whose addition was rolled back is let go, also where a removal before it was", async () => {
  const stage = new Stage();
  stage.neighbours.changed({ index: 0, membership: of(1, 2, 3) });
  stage.neighbours.changed({ index: 5, membership: of(1, 2) });
  stage.neighbours.appliedTo(5);
  await stage.time.advance(LINGER_MS);

  stage.neighbours.changed({ index: 9, membership: of(1, 2, 4) });
  stage.neighbours.changed({ index: 5, membership: of(1, 2) });
  stage.neighbours.appliedTo(6);
  await stage.time.advance(LINGER_MS);

  expect(stage.connected).toEqual([2]);
});

test("after a stop nothing waits for whoever leaves", () => {
  const stage = new Stage();
  stage.neighbours.changed({ index: 0, membership: of(1, 2, 3) });
  stage.neighbours.changed({ index: 5, membership: of(1, 2) });

  stage.neighbours.stop();
  stage.neighbours.appliedTo(5);

  expect(stage.time.timers).toBe(0);
});

test("one that comes back while it leaves is a member like any", () => {
  const stage = new Stage();
  stage.neighbours.changed({ index: 0, membership: of(1, 2, 3) });
  stage.neighbours.changed({ index: 5, membership: of(1, 2) });

  stage.neighbours.changed({ index: 0, membership: of(1, 2, 3) });

  expect(stage.connected).toEqual([2, 3]);
});

test("one that has not joined yet has nothing to connect to", () => {
  const stage = new Stage();
  const [self, other] = of(1, 2).profiles;
  const profiles = [self, { ...other, storeId: RESERVED_STORE }] as Membership["profiles"];

  stage.neighbours.changed({ index: 0, membership: { ...NO_MEMBERSHIP, profiles } });

  expect(stage.connected).toEqual([]);
});

function of(...ids: readonly number[]): Membership {
  const profiles = ids.map((id) => ({ id, name: `n${id}`, storeId: `store ${id}` }));
  return { ...NO_MEMBERSHIP, profiles } as unknown as Membership;
}
