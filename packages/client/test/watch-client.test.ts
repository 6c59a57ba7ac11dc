import { SeededRandom } from "@holdfast/base";
import { expect, test } from "vitest";
import { CLIENT_LIMITS } from "../src/core/client-limits.ts";
import { Holdfast } from "../src/core/holdfast.ts";
import type { WatchListener, WatchTransport } from "../src/core/watch/watch-transport.ts";
import { connected, N1 } from "./stage.ts";

/** Connections for watches that the test breaks, and where they went. */
class WatchedNodes implements WatchTransport {
  readonly opened: string[] = [];
  #listener: WatchListener | undefined;

  open(address: string, _request: unknown, listener: WatchListener) {
    this.opened.push(address);
    this.#listener = listener;
    return { pause: () => undefined, resume: () => undefined, close: () => undefined };
  }

  break(): void {
    this.#listener?.ended("connection lost");
  }

  close(): void {
    // There is nothing to end.
  }
}

/** A connected client that watches. */
async function watching() {
  const { world, cluster, session } = await connected();
  const nodes = new WatchedNodes();
  const status = { status: () => Promise.reject(new Error("nobody asks here")) };
  const ports = { transport: nodes, clock: world.clock, random: new SeededRandom(1) };
  const client = new Holdfast(session, status, {
    timeoutMs: 5000,
    watching: { ports, limits: CLIENT_LIMITS },
  });
  return { world, cluster, client, nodes };
}

test("a watch goes on with nodes that its client has heard of since it began, and leaves those that are gone", async () => {
  const { world, cluster, client, nodes } = await watching();
  await using _watch = client.watch("k");
  cluster.addresses = [N1, "n4:2379"];
  cluster.breakStreams();
  await world.pass(1000);
  nodes.opened.length = 0;

  for (let times = 0; times < 4; times++) {
    nodes.break();
    await world.pass(1000);
  }

  expect(new Set(nodes.opened)).toEqual(new Set([N1, "n4:2379"]));
});

test.each([Number.NaN, 1.5, -1, 2 ** 53, 5n, "5"])("a watch from %s is refused", async (from) => {
  const { client, nodes } = await watching();

  const refused = expect.objectContaining({ code: "INVALID_ARGUMENT", outcome: "not-applied" });
  expect(() => client.watch("k", { from: from as number })).toThrow(refused);

  expect(nodes.opened).toEqual([]);
});

test("a client that was closed watches nothing more", async () => {
  const { client, nodes } = await watching();
  await client.close();

  expect(() => client.watch("k")).toThrow(expect.objectContaining({ code: "CLOSED" }));

  expect(nodes.opened).toEqual([]);
});
