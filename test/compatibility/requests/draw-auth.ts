import type { Random } from "@holdfast/testkit";
import type { WireRequest } from "../stores/wire-method.ts";
import { pick } from "./world.ts";

const NOBODY = "nobody";

/** What is asked of users and roles while there is none, and authentication is off. */
const ASKED: readonly WireRequest[] = [
  { method: "AuthEnable", request: {} },
  { method: "AuthDisable", request: {} },
  { method: "Authenticate", request: { name: NOBODY, password: "x" } },
  { method: "Authenticate", request: {} },
  { method: "UserList", request: {} },
  { method: "UserGet", request: { name: NOBODY } },
  { method: "UserDelete", request: { name: NOBODY } },
  { method: "UserChangePassword", request: { name: NOBODY, password: "x" } },
  { method: "UserGrantRole", request: { user: NOBODY, role: NOBODY } },
  { method: "UserRevokeRole", request: { name: NOBODY, role: NOBODY } },
  { method: "RoleList", request: {} },
  { method: "RoleGet", request: { role: NOBODY } },
  { method: "RoleDelete", request: { role: NOBODY } },
];

export function drawAuth(random: Random): WireRequest {
  return pick(random, ASKED);
}
