import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { openEdge } from "./open-edge.ts";
import { MEMBER } from "./single-replica.ts";

const run = promisify(execFile);
const REQUIRED = process.env["HOLDFAST_REQUIRE"]?.split(",").includes("etcdctl") === true;
const hasEtcdctl =
  REQUIRED ||
  (await run("etcdctl", ["version"]).then(
    () => true,
    () => false,
  ));

describe("cluster and maintenance", () => {
  test("the members are those of the membership, with URLs", async () => {
    const { cluster } = await openEdge();

    const answer = await cluster("MemberList", { linearizable: true });

    expect(answer.header.revision).toBe("0");
    expect(answer.members).toEqual([
      {
        ID: String(MEMBER),
        name: "n1",
        peerURLs: ["http://127.0.0.1:2380"],
        clientURLs: ["http://127.0.0.1:2379"],
        isLearner: false,
      },
    ]);
  });

  test("an update of a member that is not there is refused as that, whatever its URLs", async () => {
    const { cluster } = await openEdge();
    const update = (ID: number, peerURLs: readonly string[]) =>
      cluster("MemberUpdate", { ID, peerURLs });

    await expect(update(12345, ["nonsense"])).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: "etcdserver: member not found",
    });
    await expect(update(MEMBER, ["nonsense"])).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: "etcdserver: given member URLs are invalid",
    });
  });

  test("the members are listed without a leader unless the list is to be linearizable", async () => {
    const { cluster, replica } = await openEdge();
    replica.loseLeader();

    await expect(cluster("MemberList", {})).resolves.toMatchObject({ members: [{ name: "n1" }] });
    await expect(
      cluster("MemberList", { linearizable: true }, { metadata: { hasleader: "true" } }),
    ).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  test("the status tells a version that clients know, and what is wrong", async () => {
    const { maintenance, replica } = await openEdge();

    const well = await maintenance("Status", {});
    replica.loseLeader();
    const ill = await maintenance("Status", {});

    expect(well).toMatchObject({
      version: "3.6.0",
      leader: String(MEMBER),
      raftTerm: "2",
      raftIndex: "1",
      raftAppliedIndex: "1",
      dbSize: "4096",
      errors: [],
      isLearner: false,
    });
    expect(ill).toMatchObject({ leader: "0", errors: ["etcdserver: no leader"] });
  });

  test("a member without room on its disk says so in its status, as an alarm and on /health", async () => {
    const { maintenance, replica, url } = await openEdge();
    replica.shortage = "data/n1 is nearly full";

    const { errors } = await maintenance("Status", {});
    const { alarms } = await maintenance("Alarm", {});
    const health = await fetch(`${url}/health`);

    expect(errors).toEqual(["NOSPACE: data/n1 is nearly full"]);
    expect(alarms).toEqual([{ memberID: String(MEMBER), alarm: "NOSPACE" }]);
    expect(health.status).toBe(503);
    expect(await health.json()).toEqual({
      health: "false",
      reason: "ALARM NOSPACE: data/n1 is nearly full",
    });
    expect((await fetch(`${url}/health?exclude=NOSPACE`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  test("an alarm is raised once, listed by kind, shown, and ended by its member and kind", async () => {
    const { maintenance, url } = await openEdge();
    const alarm = (action: string, memberID: string, kind: string) =>
      maintenance("Alarm", { action, memberID, alarm: kind });
    const corrupt = { memberID: "18446744073709551615", alarm: "CORRUPT" };
    const full = { memberID: "7", alarm: "NOSPACE" };

    expect(await alarm("ACTIVATE", "7", "NOSPACE")).toMatchObject({ alarms: [full] });
    expect(await alarm("ACTIVATE", "7", "NOSPACE")).toMatchObject({ alarms: [full] });
    expect(await alarm("ACTIVATE", "7", "NONE")).toMatchObject({ alarms: [] });
    await alarm("ACTIVATE", corrupt.memberID, "CORRUPT");
    expect(await alarm("GET", "9", "NONE")).toMatchObject({ alarms: [full, corrupt] });
    expect(await alarm("GET", "0", "CORRUPT")).toMatchObject({ alarms: [corrupt] });
    expect(await maintenance("Status", {})).toMatchObject({
      errors: ["memberID:7 alarm:NOSPACE ", `memberID:${corrupt.memberID} alarm:CORRUPT `],
    });
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ reason: "ALARM CORRUPT" });
    expect(await (await fetch(`${url}/readyz?verbose`)).text()).toContain("[-]data_corruption");

    expect(await alarm("DEACTIVATE", "7", "CORRUPT")).toMatchObject({ alarms: [] });
    expect(await alarm("DEACTIVATE", "7", "NOSPACE")).toMatchObject({ alarms: [full] });
    expect(await alarm("DEACTIVATE", corrupt.memberID, "CORRUPT")).toMatchObject({
      alarms: [corrupt],
    });
    expect(await alarm("GET", "0", "NONE")).toMatchObject({ alarms: [] });
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});

describe("HTTP", () => {
  test("/health, /livez, /readyz and /version answer as etcd's", async () => {
    const { url } = await openEdge();
    const text = async (path: string) => (await fetch(url + path)).text();

    expect(await (await fetch(`${url}/health`)).json()).toEqual({ health: "true", reason: "" });
    expect(await text("/livez")).toBe("ok\n");
    expect(await text("/readyz")).toBe("ok\n");
    expect(await text("/readyz?verbose")).toBe(
      "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\nok\n",
    );
    expect(await text("/readyz?verbose&exclude=non_learner&exclude=linearizable_read")).toBe(
      "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read excluded: ok\n[+]non_learner excluded: ok\nok\n",
    );
    expect(await text("/readyz/linearizable_read")).toBe("ok\n");
    expect(await text("/livez/serializable_read?verbose")).toBe("[+]serializable_read ok\nok\n");
    expect((await fetch(`${url}/livez/linearizable_read`)).status).toBe(404);
    expect(await (await fetch(`${url}/version`)).json()).toEqual({
      etcdserver: "3.6.0",
      etcdcluster: "3.6.0",
      storage: "3.6.0",
    });
  });

  test("without a leader the member lives but is not ready", async () => {
    const { url, replica } = await openEdge();
    replica.loseLeader();

    const health = await fetch(`${url}/health`);
    const ready = await fetch(`${url}/readyz`);

    expect(health.status).toBe(503);
    expect(await health.json()).toEqual({ health: "false", reason: "RAFT NO LEADER" });
    expect((await fetch(`${url}/health?serializable=true`)).status).toBe(200);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain("[-]linearizable_read failed: RANGE ERROR:");
    expect((await fetch(`${url}/readyz?exclude=linearizable_read`)).status).toBe(200);
  });

  test("/metrics counts calls and shows the replica under etcd's names", async () => {
    const { url, kv, edge } = await openEdge();
    await kv("Put", { key: Buffer.from("a") });
    await kv("Put", {}).catch(() => undefined);
    edge.metrics.noteLeader(MEMBER);
    edge.metrics.noteWalWrite(0.003);

    const response = await fetch(`${url}/metrics`);
    const lines = (await response.text()).split("\n");

    expect(response.headers.get("content-type")).toContain("text/plain");
    const put = 'grpc_type="unary",grpc_service="etcdserverpb.KV",grpc_method="Put"';
    expect(lines).toEqual(
      expect.arrayContaining([
        "etcd_server_has_leader 1",
        "etcd_server_is_leader 1",
        "etcd_server_leader_changes_seen_total 0",
        "etcd_server_proposals_committed_total 2",
        "etcd_server_proposals_applied_total 2",
        "etcd_server_proposals_pending 0",
        "etcd_server_proposals_failed_total 0",
        "etcd_mvcc_db_total_size_in_bytes 4096",
        'etcd_disk_wal_fsync_duration_seconds_bucket{le="0.004"} 1',
        `grpc_server_handled_total{${put},grpc_code="OK"} 1`,
        `grpc_server_handled_total{${put},grpc_code="InvalidArgument"} 1`,
      ]),
    );
    for (const name of [
      "process_resident_memory_bytes",
      "etcd_disk_backend_commit_duration_seconds_count",
      'holdfast_event_loop_delay_seconds{quantile="0.99"}',
      "nodejs_eventloop_lag_seconds",
    ]) {
      expect(lines.some((line) => line.startsWith(`${name} `))).toBe(true);
    }
  });

  test("what is not there is 404", async () => {
    expect((await fetch(`${(await openEdge()).url}/v3/nothing`)).status).toBe(404);
  });
});

describe.runIf(hasEtcdctl)("etcdctl", () => {
  async function ctl() {
    const { target, replica } = await openEdge();
    return {
      replica,
      run: async (...args: readonly string[]) => {
        const env = { ...process.env, ETCDCTL_API: "3" };
        const { stdout } = await run("etcdctl", [`--endpoints=${target}`, ...args], { env });
        return stdout;
      },
      txn: (input: string) => {
        const env = { ...process.env, ETCDCTL_API: "3" };
        const child = run("etcdctl", [`--endpoints=${target}`, "txn"], { env });
        child.child.stdin?.end(input);
        return child.then(({ stdout }) => stdout);
      },
    };
  }

  test("put, get with its range flags, and del", async () => {
    const { run: etcdctl } = await ctl();

    expect(await etcdctl("put", "a", "1")).toBe("OK\n");
    await etcdctl("put", "b", "2");
    await etcdctl("put", "c", "3");

    expect(await etcdctl("get", "a")).toBe("a\n1\n");
    expect(await etcdctl("get", "", "--prefix", "--keys-only")).toBe("a\n\nb\n\nc\n\n");
    expect(await etcdctl("get", "a", "c", "--print-value-only")).toBe("1\n2\n");
    expect(await etcdctl("get", "b", "--from-key", "--limit=1")).toBe("b\n2\n");
    expect(
      await etcdctl(
        "get",
        "",
        "--prefix",
        "--order=DESCEND",
        "--sort-by=MODIFY",
        "--print-value-only",
      ),
    ).toBe("3\n2\n1\n");
    expect(await etcdctl("get", "a", "--rev=2", "--consistency=s")).toBe("a\n1\n");
    expect(await etcdctl("del", "a", "c")).toBe("2\n");
    expect(await etcdctl("del", "c", "--prev-kv")).toBe("1\nc\n3\n");
  });

  test("txn", async () => {
    const { run: etcdctl, txn } = await ctl();
    await etcdctl("put", "a", "1");

    const output = await txn('value("a") = "1"\n\nput a 2\nget a\n\nput a 3\n\n');

    expect(output).toBe("SUCCESS\n\nOK\n\na\n2\n");
  });

  test("member list, endpoint status and health", async () => {
    const { run: etcdctl } = await ctl();

    expect(await etcdctl("member", "list")).toContain(
      `${MEMBER.toString(16)}, started, n1, http://127.0.0.1:2380, http://127.0.0.1:2379, false`,
    );
    const [found] = JSON.parse(await etcdctl("endpoint", "status", "-w", "json"));
    expect(found.Status).toMatchObject({ version: "3.6.0", leader: MEMBER, dbSize: 4096 });
    await expect(etcdctl("endpoint", "health")).resolves.toBeDefined();
  });

  test("an error keeps its text", async () => {
    const { run: etcdctl } = await ctl();

    await expect(etcdctl("get", "a", "--rev=100")).rejects.toMatchObject({
      stderr: expect.stringContaining("mvcc: required revision is a future revision"),
    });
  });
});
