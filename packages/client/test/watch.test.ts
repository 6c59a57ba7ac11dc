import { type Revision, SeededRandom } from "@holdfast/base";
import { expect, test } from "vitest";
import { AddressBook } from "../src/core/address-book.ts";
import { CLIENT_LIMITS } from "../src/core/client-limits.ts";
import { Watch } from "../src/core/watch/watch.ts";
import type { WatchListener, WatchTransport } from "../src/core/watch/watch-transport.ts";
import { ManualClock } from "./manual-world.ts";

/** A watch on a node that tells what the test says. */
function opened() {
  let listener: WatchListener | undefined;
  const transport: WatchTransport = {
    open: (_address, _request, taking) => {
      listener = taking;
      return { pause: () => undefined, resume: () => undefined, close: () => undefined };
    },
    close: () => undefined,
  };
  const addresses = new AddressBook(["node"], { most: 1, start: 0 });
  const watch = new Watch(
    { transport, clock: new ManualClock(), random: new SeededRandom(1) },
    { prefix: "" },
    {
      options: {},
      addresses,
      limits: CLIENT_LIMITS,
      known: () => addresses.all,
      closed: () => undefined,
    },
  );
  listener?.created(1);
  const tell = (revision: Revision, keys: readonly string[] = ["k"]): void =>
    listener?.told(
      keys.map((key) => put(key, revision)),
      revision,
    );
  return { watch, tell };
}

function put(key: string, modRevision: Revision) {
  const pair = { createRevision: modRevision, modRevision, version: 1, lease: 0n };
  return {
    kind: "put" as const,
    kv: { key: Buffer.from(key), value: new Uint8Array(0), ...pair },
    previous: undefined,
  };
}

test("changes that are asked for ahead come in the order in which they were asked for", async () => {
  const { watch, tell } = opened();
  const asked = [watch.next(), watch.next(), watch.next()];

  tell(2);
  const late = watch.next();
  tell(3);
  tell(4);
  tell(5);

  const told = await Promise.all([...asked, late]);
  expect(told.map(({ value }) => value?.revision)).toEqual([2, 3, 4, 5]);
});

test("all who wait for a change hear that there is none", async () => {
  const { watch, tell } = opened();
  const asked = [watch.next(), watch.next(), watch.next()];
  tell(2);

  watch.close();

  expect((await Promise.all(asked)).map(({ done }) => done)).toEqual([false, true, true]);
});

test("300,000 changes of one revision are taken one by one in no more than their own time", async () => {
  const { watch, tell } = opened();
  const keys = Array.from({ length: 300_000 }, (_, n) => String(n));
  tell(2, keys);

  let next = 0;
  while (next < keys.length) {
    const { value } = await watch.next();
    if (value?.key !== keys[next]) throw new Error(`${value?.key} instead of ${keys[next]}`);
    next += 1;
  }

  tell(3);
  expect((await watch.next()).value?.revision).toBe(3);
});
