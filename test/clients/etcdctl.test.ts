import { type EtcdctlResult, etcdctl, requireTool } from "@holdfast/testkit";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster();

beforeEach((context) => requireTool("etcdctl", context));

// What the tests of reading read; those that write use keys of their own.
beforeAll(async () => {
  await using client = await cluster().connect();
  for (const name of ["b", "a", "c"]) await client.put(`fruit/${name}`, `value ${name}`);
});

/** Runs it and expects it to succeed. */
async function succeeds(...args: readonly string[]): Promise<string> {
  return outputOf(await etcdctl(cluster(), args));
}

function outputOf({ code, stdout, stderr }: EtcdctlResult): string {
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

test("put answers OK and get prints key and value", async () => {
  expect(await succeeds("put", "greeting", "hello")).toBe("OK\n");
  expect(await succeeds("get", "greeting")).toBe("greeting\nhello\n");
});

test("put --prev-kv prints what it replaces", async () => {
  await succeeds("put", "replaced", "old");

  expect(await succeeds("put", "--prev-kv", "replaced", "new")).toBe("OK\nreplaced\nold\n");
});

test("get of a key that is not there prints nothing and succeeds", async () => {
  expect(await succeeds("get", "nothing")).toBe("");
});

test("get --prefix prints the keys in order", async () => {
  expect(await succeeds("get", "fruit/", "--prefix", "--print-value-only")).toBe(
    "value a\nvalue b\nvalue c\n",
  );
});

test("get of a range leaves its end out", async () => {
  expect(await succeeds("get", "fruit/a", "fruit/c", "--keys-only")).toBe("fruit/a\n\nfruit/b\n\n");
});

test("get --from-key goes on to the end of all keys", async () => {
  await succeeds("put", "zebra", "last");

  const keys = (await succeeds("get", "fruit/c", "--from-key", "--keys-only")).split("\n");

  expect(keys.slice(0, 1)).toEqual(["fruit/c"]);
  expect(keys).toContain("zebra");
  expect(keys).not.toContain("fruit/b");
});

test("get --limit cuts off the rest, and says in JSON that there is more", async () => {
  const args = ["get", "fruit/", "--prefix", "--limit=2", "-w", "json"];

  const { kvs, more, count } = JSON.parse(await succeeds(...args));

  expect(kvs).toHaveLength(2);
  expect({ more, count }).toEqual({ more: true, count: 3 });
});

test("get --order=DESCEND turns the order round", async () => {
  expect(await succeeds("get", "fruit/", "--prefix", "--keys-only", "--order=DESCEND")).toBe(
    "fruit/c\n\nfruit/b\n\nfruit/a\n\n",
  );
});

test("get --sort-by=MODIFY sorts by when keys were written", async () => {
  const args = ["get", "fruit/", "--prefix", "--keys-only", "--sort-by=MODIFY"];

  expect(await succeeds(...args)).toBe("fruit/b\n\nfruit/a\n\nfruit/c\n\n");
});

test("get --rev reads the past", async () => {
  await succeeds("put", "history", "first");
  const { header } = JSON.parse(await succeeds("get", "history", "-w", "json"));
  await succeeds("put", "history", "second");

  expect(await succeeds("get", "history", `--rev=${header.revision}`)).toBe("history\nfirst\n");
  expect(await succeeds("get", "history")).toBe("history\nsecond\n");
});

test("get --rev of a revision to come is refused in etcd's words", async () => {
  const { code, stderr } = await etcdctl(cluster(), ["get", "history", "--rev=1000000"]);

  expect(code).not.toBe(0);
  expect(stderr).toContain("etcdserver: mvcc: required revision is a future revision");
});

test("get -w json has keys and values in base64 and all revisions", async () => {
  await succeeds("put", "json", "one");
  await succeeds("put", "json", "two");

  const { header, kvs, count } = JSON.parse(await succeeds("get", "json", "-w", "json"));

  expect(count).toBe(1);
  expect(kvs).toEqual([
    {
      key: base64("json"),
      value: base64("two"),
      version: 2,
      create_revision: header.revision - 1,
      mod_revision: header.revision,
    },
  ]);
  expect(header).toMatchObject({ cluster_id: expect.any(Number), member_id: expect.any(Number) });
});

test("get -w fields prints each field on a line", async () => {
  await succeeds("put", "fields", "shown");

  const lines = (await succeeds("get", "fields", "-w", "fields")).split("\n");

  expect(lines).toEqual(
    expect.arrayContaining([
      '"Key" : "fields"',
      '"Value" : "shown"',
      '"Version" : 1',
      '"Lease" : 0',
      '"Count" : 1',
    ]),
  );
});

test("del prints how many it deleted", async () => {
  await succeeds("put", "doomed", "1");

  expect(await succeeds("del", "doomed")).toBe("1\n");
  expect(await succeeds("del", "doomed")).toBe("0\n");
});

test("del --prefix --prev-kv prints all that it deletes", async () => {
  await succeeds("put", "many/1", "one");
  await succeeds("put", "many/2", "two");

  expect(await succeeds("del", "many/", "--prefix", "--prev-kv")).toBe(
    "2\nmany/1\none\nmany/2\ntwo\n",
  );
  expect(await succeeds("get", "many/", "--prefix")).toBe("");
});

test("an interactive txn does what follows from its comparison", async () => {
  await succeeds("put", "account", "10");
  const txn = (compare: string) =>
    etcdctl(cluster(), ["txn", "-i"], {
      input: `${compare}\n\nput account 20\nget account\n\nget account\n\n`,
    });

  const held = outputOf(await txn('value("account") = "10"'));
  const failed = outputOf(await txn('value("account") = "10"'));

  expect(held).toMatch(/SUCCESS\n\nOK\n\naccount\n20\n$/);
  expect(failed).toMatch(/FAILURE\n\naccount\n20\n$/);
});

test("endpoint status -w table shows three members and one leader", async () => {
  const lines = (await succeeds("endpoint", "status", "-w", "table")).split("\n");

  const cells = lines.filter((line) => line.includes("127.0.0.1")).map((line) => line.split("|"));
  expect(lines[1]).toContain("IS LEADER");
  expect(cells.map((row) => row[1]?.trim())).toEqual(cluster().endpoints);
  expect(cells.map((row) => row[5]?.trim()).sort()).toEqual(["false", "false", "true"]);
});

test("endpoint status -w json agrees on the leader and the cluster", async () => {
  const found: readonly { readonly Endpoint: string; readonly Status: EtcdStatus }[] = JSON.parse(
    await succeeds("endpoint", "status", "-w", "json"),
  );

  expect(found.map(({ Endpoint }) => Endpoint)).toEqual(cluster().endpoints);
  const members = found.map(({ Status }) => Status.header.member_id);
  expect(new Set(members).size).toBe(3);
  expect(new Set(found.map(({ Status }) => Status.leader)).size).toBe(1);
  expect(members).toContain(found[0]?.Status.leader);
  expect(new Set(found.map(({ Status }) => Status.header.cluster_id)).size).toBe(1);
});

interface EtcdStatus {
  readonly header: { readonly cluster_id: number; readonly member_id: number };
  readonly leader: number;
}

test("endpoint health finds every member healthy", async () => {
  const { code, stdout, stderr } = await etcdctl(cluster(), ["endpoint", "health"]);

  expect(code).toBe(0);
  for (const endpoint of cluster().endpoints) {
    expect(stdout + stderr).toContain(`${endpoint} is healthy: successfully committed proposal`);
  }
});

test("member list shows the three by name and by where clients reach them", async () => {
  const rows = (await succeeds("member", "list")).trimEnd().split("\n");

  expect(rows.map((row) => row.split(", ").slice(1, 5).join(" ")).sort()).toEqual(
    cluster().nodes.map(({ id, peer, client }) => `started ${id} http://${peer} http://${client}`),
  );
});

describe("compact", () => {
  /** The revision of the last of some writes to one key. */
  async function written(key: string): Promise<number> {
    for (const value of ["1", "2", "3"]) await succeeds("put", key, value);
    return JSON.parse(await succeeds("get", key, "-w", "json")).header.revision;
  }

  test("gives up what lies before the revision, on all members", async () => {
    const revision = await written("compacted");

    expect(await succeeds("compact", String(revision))).toBe(`compacted revision ${revision}\n`);

    await allCaughtUp(cluster());
    for (const endpoint of cluster().endpoints) {
      const at = (rev: number) =>
        etcdctl(cluster(), ["get", "compacted", `--rev=${rev}`], { endpoints: [endpoint] });
      expect(outputOf(await at(revision))).toBe("compacted\n3\n");
      expect((await at(revision - 1)).stderr).toContain(
        "etcdserver: mvcc: required revision has been compacted",
      );
    }
  });

  test("--physical answers when the place is free", async () => {
    const revision = await written("collected");

    expect(await succeeds("compact", "--physical", String(revision))).toBe(
      `compacted revision ${revision}\n`,
    );

    expect(await succeeds("get", "collected")).toBe("collected\n3\n");
  });

  test("of a revision that was compacted, or is to come, is refused in etcd's words", async () => {
    const revision = await written("refused");
    await succeeds("compact", String(revision));

    const again = await etcdctl(cluster(), ["compact", String(revision)]);
    const ahead = await etcdctl(cluster(), ["compact", "1000000"]);

    expect(again.stderr).toContain("etcdserver: mvcc: required revision has been compacted");
    expect(ahead.stderr).toContain("etcdserver: mvcc: required revision is a future revision");
  });
});

test("endpoint hashkv finds the same on all members, compacted or not", async () => {
  const hashes = async (): Promise<readonly string[]> => {
    await allCaughtUp(cluster());
    const found: readonly EtcdHash[] = JSON.parse(
      await succeeds("endpoint", "hashkv", "-w", "json"),
    );
    expect(found.map(({ Endpoint }) => Endpoint)).toEqual(cluster().endpoints);
    return found.map(({ HashKV }) => `${HashKV.hash} ${HashKV.compact_revision}`);
  };
  await succeeds("put", "hashed", "1");
  await succeeds("put", "hashed", "2");
  const { header } = JSON.parse(await succeeds("get", "hashed", "-w", "json"));

  const before = await hashes();
  await succeeds("compact", String(header.revision));
  const after = await hashes();

  expect(new Set(before).size).toBe(1);
  expect(new Set(after).size).toBe(1);
  expect(after[0]).not.toBe(before[0]);
});

interface EtcdHash {
  readonly Endpoint: string;
  readonly HashKV: { readonly hash: number; readonly compact_revision: number };
}
