import {
  type EtcdctlResult,
  etcdctl,
  eventually,
  freePorts,
  type NodeProcess,
  requireTool,
} from "@holdfast/testkit";
import { describe, expect, test } from "vitest";
import { type CommandResult, holdfast } from "../run-command.ts";
import { sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster();

function run(...args: readonly string[]): Promise<CommandResult> {
  return holdfast(["--endpoints", cluster().endpoints.join(","), ...args]);
}

async function prints(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** The cells of the members that a table shows. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const lines = text.split("\n").filter((line) => /^[0-9a-f]{6,14} /.test(line));
  return lines.map((line) => line.split(/ {2,}/));
}

async function freePeer(): Promise<string> {
  const [port] = await freePorts(1);
  return `127.0.0.1:${port}`;
}

/** Starts a node for a member that was added, and resolves once it has the data. */
async function start(node: NodeProcess): Promise<void> {
  await node.start();
  const caughtUp = async (): Promise<boolean> => {
    const [own, leader] = [await node.status(), await (await cluster().leader()).status()];
    if (own.kind === "down" || leader.kind === "down") return false;
    return own.memberId !== 0 && own.raftAppliedIndex >= leader.raftAppliedIndex;
  };
  await eventually(caughtUp, { within: 30_000, what: `${node.id} has caught up` });
}

test("member list shows each with its addresses and its part, and -o json names them as etcd does", async () => {
  const leader = await cluster().leader();

  const rows = rowsOf(await prints("member", "list"));
  const json = JSON.parse(await prints("member", "list", "-o", "json"));

  expect(rows.map((row) => row.slice(1))).toEqual(
    cluster().nodes.map(({ id, peer, client }) => [
      id,
      peer,
      client,
      id === leader.id ? "leader" : "voter",
    ]),
  );
  expect(json.members.map(({ ID }: { ID: string }) => Number(ID).toString(16)).sort()).toEqual(
    rows.map(([id]) => id).sort(),
  );
  expect(json.members).toContainEqual({
    ID: json.leader,
    name: leader.id,
    peerURLs: [`http://${leader.peer}`],
    clientURLs: [`http://${leader.client}`],
    isLearner: false,
    started: true,
    promoting: false,
  });
});

test("move-leader moves it to the node that is named, and says so when it leads already", async () => {
  const before = await cluster().leader();
  const [target] = cluster().others(before);
  if (target === undefined) throw new Error("there is no other node");

  expect(await prints("move-leader", target.id)).toBe(
    `${target.id} leads now, after ${before.id}\n`,
  );
  expect((await cluster().leader()).id).toBe(target.id);
  expect(await prints("move-leader", target.id)).toBe(`${target.id} leads already\n`);
  expect(await prints("move-leader")).toMatch(
    new RegExp(`^n\\d leads now, after ${target.id}\\n$`),
  );
});

test("a learner is added, learns, does not count, is promoted, and is removed", async () => {
  const node = await cluster().addNode();

  const added = await prints("member", "add", node.id, "--peer", node.peer, "--learner");
  const early = await run("member", "promote", node.id);
  await start(node);
  const learning = rowsOf(await prints("member", "list"));
  const status = await prints("status");
  const own = await node.status();
  const written = await holdfast(["--endpoints", node.client, "put", "through", "a learner"]);
  const promoted = await prints("member", "promote", node.id);
  const removed = await prints("member", "remove", node.id);

  expect(added).toContain(`${node.id} is added as a learner`);
  expect(added).toContain(`holdfast serve --config FILE --node ${node.id}`);
  expect(early).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^error LEARNER_NOT_READY: member n4 \([0-9a-f]+\) has not/),
  });
  expect(learning).toContainEqual([expect.any(String), node.id, node.peer, node.client, "learner"]);
  expect(own).toMatchObject({ kind: "up", isLearner: true });
  expect(written).toMatchObject({ code: 0, stderr: "" });
  expect(await prints("get", "through")).toContain("a learner");
  expect(status).toMatch(/^HEALTHY: can lose 1 node; 3 of 3 nodes take part/);
  expect(status).toMatch(new RegExp(`^${node.client} +[0-9a-f]+ +learner `, "m"));
  expect(promoted).toMatch(new RegExp(`^${node.id} votes now\\n`));
  expect(removed).toContain(`${node.id} is removed\n`);
  expect(rowsOf(removed).map(([, name]) => name)).toEqual(["n1", "n2", "n3"]);
  await cluster().dropNode(node);
});

test("a member that is not there, or a name that is taken, is refused with what there is", async () => {
  const missing = await run("member", "remove", "n9");
  const taken = await run("member", "add", "n1", "--peer", await freePeer());

  expect(missing.code).toBe(3);
  expect(missing.stderr).toMatch(
    /^error MEMBER_NOT_FOUND: there is no member n9\n {2}members: n\d \([0-9a-f]+\), /,
  );
  expect(taken.code).toBe(3);
  expect(taken.stderr).toMatch(
    /^error MEMBER_NAME_TAKEN: there is a member n1 \([0-9a-f]+\) already\n {2}next: /,
  );
});

describe("etcdctl", () => {
  async function etcd(...args: readonly string[]): Promise<EtcdctlResult> {
    return etcdctl(cluster(), args);
  }

  test("member add, list and remove do as with etcd", async (context) => {
    await requireTool("etcdctl", context);
    const peer = await freePeer();

    const added = await etcd("member", "add", "n9", `--peer-urls=http://${peer}`, "--learner");
    const id = /Member +([0-9a-f]+) added to cluster/.exec(added.stdout)?.[1] ?? "none";
    const listed = await etcd("member", "list");
    const removed = await etcd("member", "remove", id);

    expect(added.code).toBe(0);
    expect(listed.stdout.split("\n")).toContain(`${id}, unstarted, , http://${peer}, , true`);
    expect(removed.stdout).toMatch(new RegExp(`^Member +${id} removed from cluster`));
    expect((await etcd("member", "list")).stdout.trim().split("\n")).toHaveLength(3);
  });

  test("member add, remove, update and promote refuse in etcd's words", async (context) => {
    await requireTool("etcdctl", context);
    const rows = (await etcd("member", "list")).stdout.trim().split("\n");
    const [id = "", , , url = ""] = rows[0]?.split(", ") ?? [];
    const [, , , another = ""] = rows[1]?.split(", ") ?? [];
    const refused = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await etcd("member", ...args);
      expect({ code, stdout }).not.toMatchObject({ code: 0 });
      return stderr;
    };

    expect(await refused("add", "x", `--peer-urls=${url}`)).toContain(
      "etcdserver: Peer URLs already exists",
    );
    // The others that it would refuse etcdctl does not send.
    expect(await refused("add", "x", "--peer-urls=http://a:1,http://b:2")).toContain(
      "etcdserver: given member URLs are invalid",
    );
    expect(await refused("update", id, `--peer-urls=${another}`)).toContain(
      "etcdserver: Peer URLs already exists",
    );
    expect(await refused("update", "abcdef", "--peer-urls=http://10.0.0.9:2380")).toContain(
      "etcdserver: member not found",
    );
    expect(await refused("remove", "abcdef")).toContain("etcdserver: member not found");
    expect(await refused("promote", "abcdef")).toContain("etcdserver: member not found");
    expect(await refused("promote", id)).toContain("can only promote a learner member");
  });

  test("member update and promote do as with etcd", async (context) => {
    await requireTool("etcdctl", context);
    const [first, second] = [await freePeer(), await freePeer()];
    const added = await etcd("member", "add", "n9", `--peer-urls=http://${first}`, "--learner");
    const id = /Member +([0-9a-f]+) added to cluster/.exec(added.stdout)?.[1] ?? "none";

    const updated = await etcd("member", "update", id, `--peer-urls=http://${second}`);
    const listed = await etcd("member", "list");
    const early = await etcd("member", "promote", id);
    await etcd("member", "remove", id);

    expect(updated.stdout).toMatch(new RegExp(`^Member +${id} updated in cluster`));
    expect(listed.stdout.split("\n")).toContain(`${id}, unstarted, , http://${second}, , true`);
    expect(early.code).not.toBe(0);
    expect(early.stderr).toContain(
      "etcdserver: can only promote a learner member which is in sync with leader",
    );
  });

  test("move-leader asks the leader, as with etcd", async (context) => {
    await requireTool("etcdctl", context);
    const leader = await cluster().leader();
    const [target] = cluster().others(leader);
    const status = await target?.status();
    const id = status?.kind === "up" ? status.memberId.toString(16) : "none";

    const moved = await etcdctl(cluster(), ["move-leader", id]);

    expect(moved).toMatchObject({ code: 0, stdout: expect.stringContaining("transferred from") });
    expect((await cluster().leader()).id).toBe(target?.id);
  });
});

test("without a quorum a change is refused, and the list is what a node has at hand", async () => {
  const leader = await cluster().leader();
  const [one, two] = cluster().others(leader);
  await Promise.all([one?.kill(), two?.kill()]);

  const change = await run("member", "remove", leader.id, "--timeout", "1500");
  const list = await run("member", "list", "--serializable");

  expect(change).toMatchObject({ code: 4, stderr: expect.stringMatching(/^error \w+: /) });
  expect(list.code).toBe(0);
  expect(rowsOf(list.stdout)).toHaveLength(3);
});
