import { SeededRandom } from "@holdfast/base";
import { expect, onTestFinished, test } from "vitest";
import { AddressBook } from "../src/core/address-book.ts";
import { CLIENT_LIMITS } from "../src/core/client-limits.ts";
import { Watch } from "../src/core/watch/watch.ts";
import { GrpcWatchTransport } from "../src/grpc/grpc-watch-transport.ts";
import { NodeClock } from "../src/node/node-clock.ts";
import { WatchNode } from "./watch-node.ts";

/** A watch from revision 2 on, of two nodes. */
async function opened() {
  const nodes = [await WatchNode.start(), await WatchNode.start()] as const;
  const addresses = nodes.map(({ address }) => address);
  const transport = new GrpcWatchTransport();
  onTestFinished(() => transport.close());
  const watch = new Watch(
    { transport, clock: new NodeClock(), random: new SeededRandom(1) },
    { prefix: "" },
    {
      options: { from: 2 },
      addresses: new AddressBook(addresses, { most: 2, start: 0 }),
      limits: CLIENT_LIMITS,
      known: () => addresses,
      closed: () => undefined,
    },
  );
  onTestFinished(() => watch.close());
  return { nodes, watch };
}

test("a watch for which a node has no room goes on with another, from where it was", async () => {
  const { nodes, watch } = await opened();
  const [full, other] = nodes;

  await full.refused({ kind: "full", reason: "this node has 100000 watches already" });
  const created = await other.created();
  created.tellLast("2 a");

  expect(created.request.start_revision).toBe("2");
  expect((await watch.next()).value?.key).toBe("a");
});

test("a watch for which no node has room ends with what one of them said", async () => {
  const { nodes, watch } = await opened();
  const told = watch.next();
  told.catch(() => undefined);
  const full = { kind: "full", reason: "this node has 100000 watches already" } as const;

  await nodes[0].refused(full);
  await nodes[1].refused(full);

  await expect(told).rejects.toMatchObject({
    code: "OVERLOADED",
    retryable: true,
    message: expect.stringContaining("100000 watches"),
  });
});

test("a watch that every node would refuse ends with the reason", async () => {
  const { nodes, watch } = await opened();
  const told = watch.next();
  told.catch(() => undefined);

  await nodes[0].refused({ kind: "refused", reason: "mvcc: watcher range is empty" });

  await expect(told).rejects.toMatchObject({
    code: "WATCH_REFUSED",
    message: "mvcc: watcher range is empty",
  });
});
