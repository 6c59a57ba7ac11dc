import { expect, test } from "vitest";
import { Node } from "../src/node.ts";

type Opened = ConstructorParameters<typeof Node>[0];

test("a node whose replica cannot stop cleanly gives back port, log and lock all the same", async () => {
  const closed: string[] = [];
  const closes = (what: string) => async () => void closed.push(what);
  const node = new Node({
    replica: {
      status: () => ({ electionTimeoutMs: 1_000 }),
      handOver: async () => undefined,
      stop: () => Promise.reject(new Error("EIO")),
    },
    edge: { drain: closes("clients") },
    network: { stop: closes("peers") },
    disk: { close: closes("disk") },
    directory: { close: closes("lock") },
  } as unknown as Opened);

  await expect(node.stop()).rejects.toThrow("EIO");

  expect(closed).toEqual(["clients", "peers", "disk", "lock"]);
});
