import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { openEdge } from "./open-edge.ts";

const NO_USER = "etcdserver: user name not found";
const NO_ROLE = "etcdserver: role name not found";

/** What etcd 3.4.23 answers while authentication is off and nobody made a user or a role. */
const REFUSALS = [
  ["Authenticate", { name: "a", password: "b" }, "etcdserver: authentication is not enabled"],
  ["AuthEnable", {}, "etcdserver: root user does not exist"],
  ["UserGet", { name: "a" }, NO_USER],
  ["UserDelete", { name: "root" }, NO_USER],
  ["UserChangePassword", { name: "a", password: "b" }, NO_USER],
  ["UserGrantRole", { user: "a", role: "root" }, NO_USER],
  ["UserRevokeRole", { name: "a", role: "r" }, NO_USER],
  ["RoleGet", { role: "root" }, NO_ROLE],
  ["RoleDelete", { role: "r" }, NO_ROLE],
  ["RoleGrantPermission", { name: "r", perm: { key: Buffer.from("a") } }, NO_ROLE],
  ["RoleRevokePermission", { role: "r", key: Buffer.from("a") }, NO_ROLE],
] as const;

test.each(REFUSALS)("%s is refused as etcd does", async (method, request, details) => {
  const { auth } = await openEdge();

  const answer = auth(method, request);

  await expect(answer).rejects.toMatchObject({ code: status.FAILED_PRECONDITION, details });
});

test("authentication is off, and says so", async () => {
  const { auth } = await openEdge();

  expect(await auth("AuthStatus", {})).toMatchObject({
    enabled: false,
    authRevision: "1",
    header: { revision: "1" },
  });
  expect(await auth("AuthDisable", {})).toMatchObject({ header: { revision: "1" } });
  expect(await auth("UserList", {})).toMatchObject({ users: [] });
  expect(await auth("RoleList", {})).toMatchObject({ roles: [] });
});

test("nobody believes to have made a user or a role", async () => {
  const { auth } = await openEdge();

  const made = [auth("UserAdd", { name: "a", password: "b" }), auth("RoleAdd", { name: "r" })];
  const nameless = [auth("UserAdd", {}), auth("RoleAdd", {})];

  for (const answer of made) {
    await expect(answer).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
  }
  await expect(nameless[0]).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: "etcdserver: user name is empty",
  });
  await expect(nameless[1]).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: "etcdserver: role name is empty",
  });
});
