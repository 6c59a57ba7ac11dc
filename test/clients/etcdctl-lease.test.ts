import { etcdctl, eventually, requireTool } from "@holdfast/testkit";
import { beforeEach, expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster();

beforeEach((context) => requireTool("etcdctl", context));

/** Runs it and expects it to succeed. */
async function succeeds(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await etcdctl(cluster(), args);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

/** Grants a lease and returns its id as etcdctl shows it. */
async function granted(ttlSeconds: number): Promise<string> {
  const told = await succeeds("lease", "grant", `${ttlSeconds}`);
  const [, id] = /^lease ([0-9a-f]{1,16}) granted with TTL\((\d+)s\)\n$/.exec(told) ?? [];
  expect({ told, id: id !== undefined }).toMatchObject({ id: true });
  return id ?? "";
}

/** A leader that was just elected adds an election timeout to the leases that it finds, as etcd's does: not to ours. */
async function leaderKeepsLeases(): Promise<void> {
  const id = await granted(60);
  await eventually(
    async () => /remaining\(5[0-9]s\)/.test(await succeeds("lease", "timetolive", id)),
    {
      within: 5_000,
      what: "a leader that has taken all leases over",
    },
  );
}

test("a lease is granted, listed, told of with its keys, and revoked with them", async () => {
  await leaderKeepsLeases();
  const id = await granted(60);
  await succeeds("put", `--lease=${id}`, "leased/b", "1");
  await succeeds("put", `--lease=${id}`, "leased/a", "2");

  expect(await succeeds("lease", "list")).toContain(id);
  expect(await succeeds("lease", "timetolive", id)).toMatch(
    new RegExp(`^lease ${id} granted with TTL\\(60s\\), remaining\\(5[0-9]s\\)\\n$`),
  );
  expect(await succeeds("lease", "timetolive", "--keys", id)).toMatch(
    /attached keys\(\[leased\/a leased\/b\]\)/,
  );

  expect(await succeeds("lease", "revoke", id)).toBe(`lease ${id} revoked\n`);
  expect(await succeeds("get", "leased/", "--prefix")).toBe("");
  expect(await succeeds("lease", "timetolive", id)).toBe(`lease ${id} already expired\n`);
});

test("every node tells how long a lease has left", async () => {
  await leaderKeepsLeases();
  const id = await granted(60);
  for (const node of cluster().nodes) {
    const told = await etcdctl(cluster(), ["lease", "timetolive", id], {
      endpoints: [node.client],
    });
    expect(told.stdout).toMatch(/remaining\(5[0-9]s\)/);
  }
});

test("keep-alive renews a lease, and says that one which is gone expired", async () => {
  const id = await granted(60);

  expect(await succeeds("lease", "keep-alive", "--once", id)).toBe(
    `lease ${id} keepalived with TTL(60)\n`,
  );
  await succeeds("lease", "revoke", id);
  const gone = await etcdctl(cluster(), ["lease", "keep-alive", "--once", id]);
  expect(`${gone.stdout}${gone.stderr}`).toContain("requested lease not found");
});

test("what does not exist is not found", async () => {
  const put = await etcdctl(cluster(), ["put", "--lease=7", "a", "1"]);
  const revoked = await etcdctl(cluster(), ["lease", "revoke", "7"]);

  for (const { code, stderr } of [put, revoked]) {
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("etcdserver: requested lease not found"),
    });
  }
});

test("a lease that nobody renews ends and takes its key along", async () => {
  const id = await granted(1);
  await succeeds("put", `--lease=${id}`, "short", "1");
  // The least there is.
  expect(await succeeds("lease", "timetolive", id)).toContain("TTL(2s)");

  await eventually(async () => (await succeeds("get", "short")) === "", {
    within: 10_000,
    what: "the key of an expired lease is gone",
  });
});
