import { randomBytes } from "node:crypto";
import type { Holdfast } from "@holdfast/client";
import { etcdctl, eventually, requireTool } from "@holdfast/testkit";
import { beforeEach, expect, test } from "vitest";
import { grpcCall } from "../grpc-call.ts";
import { holdfast } from "../run-command.ts";
import { sharedCluster } from "../shared-cluster.ts";

const QUOTA_BYTES = 3 * 1024 * 1024;
const VALUE_BYTES = 64 * 1024;
/** Ten times the quota: it is measured, not weighed request by request. */
const WRITES_MAX = (10 * QUOTA_BYTES) / VALUE_BYTES;
const HEALS_WITHIN_MS = 30_000;

const cluster = sharedCluster({ limits: { quotaBytes: QUOTA_BYTES } });

beforeEach((context) => requireTool("etcdctl", context));

/** Writes what no compression makes smaller until it is refused; the keys that were taken, and the refusal. */
async function fill(
  store: Holdfast,
): Promise<{ readonly taken: number; readonly refusal: unknown }> {
  for (let taken = 0; taken < WRITES_MAX; taken++) {
    try {
      await store.put(`fill/${taken}`, randomBytes(VALUE_BYTES));
    } catch (refusal) {
      return { taken, refusal };
    }
  }
  return { taken: WRITES_MAX, refusal: undefined };
}

async function succeeds(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await etcdctl(cluster(), args);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

/** The same of our own command. */
async function command(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await holdfast([
    "--endpoints",
    cluster().endpoints.join(","),
    ...args,
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

/** As protobuf writes a whole number. */
function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}

test("a full store refuses what makes it larger, takes deletions, and heals by itself", async () => {
  await using store = await cluster().connect();

  const { taken, refusal } = await fill(store);

  expect(refusal).toMatchObject({ code: "NO_SPACE" });
  const put = await etcdctl(cluster(), ["put", "key", "value"]);
  const grant = await etcdctl(cluster(), ["lease", "grant", "60"]);
  for (const { code, stdout, stderr } of [put, grant]) {
    expect(code).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain("etcdserver: mvcc: database space exceeded");
  }
  expect(await succeeds("alarm", "list")).toMatch(/^memberID:\d+ alarm:NOSPACE \n$/);
  expect(await succeeds("get", "fill/0", "--keys-only")).toContain("fill/0");
  expect(await succeeds("endpoint", "status")).toContain("alarm:NOSPACE");

  expect(await succeeds("del", "fill/", "--prefix")).toBe(`${taken}\n`);
  await eventually(async () => (await succeeds("alarm", "list")) === "", {
    within: HEALS_WITHIN_MS,
    what: "the alarm ends by itself",
  });
  expect(await succeeds("put", "key", "value")).toBe("OK\n");
}, 60_000);

test("holdfast alarm lists and ends alarms, by the names of their members", async () => {
  const [address = ""] = cluster().endpoints;
  const status = await cluster().nodes[0]?.status();
  const id = status?.kind === "up" ? status.memberId : 0;
  // AlarmRequest: action 1 (ACTIVATE), memberID, alarm 1 (NOSPACE).
  const message = Uint8Array.of(0x08, 1, 0x10, ...varint(id), 0x18, 1);
  await grpcCall(address, { path: "/etcdserverpb.Maintenance/Alarm", message });

  expect(await command("alarm", "list")).toBe(
    `ALARM    MEMBER  ID\nNOSPACE  n1      ${id.toString(16)}\n`,
  );
  const json = JSON.parse(await command("alarm", "disarm", "-o", "json"));
  expect(json).toEqual({ alarms: [{ memberID: String(id), alarm: "NOSPACE" }] });
  expect(await command("alarm", "list")).toBe("no alarm stands\n");
  expect(await command("alarm", "disarm")).toBe("no alarm that could be ended\n");
});

test("an alarm that somebody raised stays until etcdctl alarm disarm ends it", async () => {
  const [address = ""] = cluster().endpoints;
  // AlarmRequest: action 1 (ACTIVATE), memberID 7, alarm 2 (CORRUPT).
  const message = Uint8Array.of(0x08, 1, 0x10, 7, 0x18, 2);

  const raised = await grpcCall(address, { path: "/etcdserverpb.Maintenance/Alarm", message });

  expect(raised).toMatchObject({ status: 0 });
  expect(await succeeds("alarm", "list")).toBe("memberID:7 alarm:CORRUPT \n");
  const put = await etcdctl(cluster(), ["put", "key", "value"]);
  const del = await etcdctl(cluster(), ["del", "key"]);
  for (const { code, stdout, stderr } of [put, del]) {
    expect(code).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain("etcdserver: corrupt cluster");
  }
  expect(await command("alarm", "list")).toMatch(/^ALARM +MEMBER +ID\nCORRUPT +- +7\n$/);
  expect(await succeeds("alarm", "disarm")).toBe("memberID:7 alarm:CORRUPT \n");
  expect(await succeeds("alarm", "list")).toBe("");
  expect(await succeeds("put", "key", "value")).toBe("OK\n");
});
