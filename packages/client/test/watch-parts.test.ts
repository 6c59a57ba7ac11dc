import { SeededRandom } from "@holdfast/base";
import { expect, onTestFinished, test } from "vitest";
import { AddressBook } from "../src/core/address-book.ts";
import { CLIENT_LIMITS } from "../src/core/client-limits.ts";
import { Watch } from "../src/core/watch/watch.ts";
import { GrpcWatchTransport } from "../src/grpc/grpc-watch-transport.ts";
import { NodeClock } from "../src/node/node-clock.ts";
import { WatchNode } from "./watch-node.ts";

async function opened() {
  const node = await WatchNode.start();
  const transport = new GrpcWatchTransport();
  const watch = new Watch(
    { transport, clock: new NodeClock(), random: new SeededRandom(1) },
    { prefix: "" },
    {
      options: { from: 2, previous: true },
      addresses: new AddressBook([node.address], { most: 1, start: 0 }),
      limits: CLIENT_LIMITS,
      known: () => [node.address],
      closed: () => undefined,
    },
  );
  onTestFinished(() => {
    watch.close();
    transport.close();
  });
  const next = async (count: number): Promise<readonly string[]> => {
    const told: string[] = [];
    while (told.length < count) {
      const { value } = await watch.next();
      told.push(`${value?.revision} ${value?.key}`);
    }
    return told;
  };
  return { node, next };
}

test("answers come in parts, and are told when a revision is whole", async () => {
  const { node, next } = await opened();
  const served = await node.created();
  expect(served.request).toMatchObject({ fragment: true, start_revision: "2" });

  served.tellPart("2 a", "3 b");
  expect(await next(1)).toEqual(["2 a"]);
  served.tellPart("3 c");
  served.tellLast("3 d", "4 e");

  expect(await next(4)).toEqual(["3 b", "3 c", "3 d", "4 e"]);
});

test("a stream that breaks within a revision loses nothing of it and tells nothing twice", async () => {
  const { node, next } = await opened();
  const first = await node.created();
  first.tellPart("2 a", "3 b");
  first.tellPart("3 c");
  expect(await next(1)).toEqual(["2 a"]);

  first.break();

  const second = await node.created();
  expect(second.request.start_revision).toBe("3");
  second.tellPart("3 b", "3 c");
  second.tellLast("3 d");
  second.tellLast("4 e");
  expect(await next(4)).toEqual(["3 b", "3 c", "3 d", "4 e"]);
});
