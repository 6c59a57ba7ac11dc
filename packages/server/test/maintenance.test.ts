import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { openEdge } from "./open-edge.ts";

test("a node has nothing to defragment, and answers as if it had", async () => {
  const { maintenance } = await openEdge();

  expect(await maintenance("Defragment", {})).toEqual({ header: null });
});

test.each(["3.5", "3.5.0", "3.5.9"])("a downgrade to %s would be one step", async (version) => {
  const { maintenance } = await openEdge();

  const valid = await maintenance("Downgrade", { action: "VALIDATE", version });

  expect(valid).toMatchObject({ version: "3.6", header: { revision: "1" } });
});

test.each([
  ["3.4", "invalid downgrade target version"],
  ["3.6", "invalid downgrade target version"],
  ["4.5", "invalid downgrade target version"],
  ["three", "wrong downgrade target version format"],
  ["", "wrong downgrade target version format"],
])("a downgrade to %j is refused as etcd does", async (version, text) => {
  const { maintenance } = await openEdge();

  for (const action of ["VALIDATE", "ENABLE"]) {
    await expect(maintenance("Downgrade", { action, version })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: `etcdserver: ${text}`,
    });
  }
});

test("no downgrade is begun, so there is none to cancel", async () => {
  const { maintenance } = await openEdge();

  await expect(
    maintenance("Downgrade", { action: "ENABLE", version: "3.5" }),
  ).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
  expect(await maintenance("Downgrade", { action: "CANCEL" })).toMatchObject({ version: "3.6" });
});
