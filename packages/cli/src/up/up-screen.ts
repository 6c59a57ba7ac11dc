import type { ClusterConfig } from "@holdfast/config";
import { DEFAULT_ENDPOINTS } from "../global-options.ts";
import { table } from "../output/table.ts";
import type { Terminal } from "../terminal.ts";
import { logPath, type NodeRow } from "./supervisor.ts";

const HEAD = ["NODE", "CLIENT", "PEER", "PID", "ROLE", "DATA"];

/** What runs, and what to try next: every line of it can be copied. */
export function upScreen(
  terminal: Terminal,
  config: ClusterConfig,
  rows: readonly NodeRow[],
): string {
  const { colours } = terminal;
  const total = rows.length;
  const mayFail = Math.ceil(total / 2) - 1;
  const endpoints = rows.map(({ client }) => client).join(",");
  const option = endpoints === DEFAULT_ENDPOINTS.join(",") ? "" : ` --endpoints ${endpoints}`;
  const leader = rows.find(({ role }) => role === "leader");
  const logs = config.nodes.map(({ data }) => logPath(data)).join(" ");
  const cells = rows.map(({ id, client, peer, pid, role, data }) => [
    id,
    client,
    peer,
    pid === undefined ? "-" : String(pid),
    role === "leader" ? colours.green(role) : role,
    data,
  ]);
  const hints = [
    ["put", `npx --no holdfast${option} put greeting hello`],
    ["get", `npx --no holdfast${option} get greeting`],
    ["etcdctl", `ETCDCTL_API=3 etcdctl --endpoints=${endpoints} get greeting`],
    ["status", `npx --no holdfast${option} status`],
    ...(leader?.pid === undefined
      ? []
      : [["break", `kill -9 ${leader.pid}   # ${leader.id}, the leader`]]),
    ["logs", logs],
    ["end", "Ctrl-C"],
  ];
  return [
    "",
    colours.bold(
      `${config.cluster}: ${total === 1 ? "1 node" : `${total} nodes`}, ${mayFail} of them may fail`,
    ),
    "",
    table(terminal, HEAD, cells),
    ...hints.map(([what = "", how = ""]) => `${colours.dim(what.padEnd(8))} ${how}`),
    "",
    "",
  ].join("\n");
}
