import type { Way } from "../network/partition.ts";
import { machineOf } from "../node/store.ts";
import type { Act, ClientOperation, MessageFault } from "./decision.ts";

/** What was decided, as one would tell it. */
export function inWords(act: Act): string {
  switch (act.kind) {
    case "operation":
      return operationInWords(act);
    case "lost":
    case "repeated":
    case "delayed":
      return messageInWords(act);
    case "kill":
      return act.power ? `node ${act.machine} loses power` : `node ${act.machine} is killed`;
    case "doom":
      return `node ${act.machine} ${act.power ? "loses power" : "is killed"} at its next "${act.boundary}"`;
    case "pause":
      return `node ${act.machine} stands still for ${millis(act.ms)}`;
    case "clock-leap":
      return `the clock of node ${act.machine} leaps by ${millis(act.ms)}`;
    case "disk-stall":
      return `the disk of node ${act.machine} stalls for ${millis(act.ms)}`;
    case "write-error":
      return `the next write of node ${act.machine} fails`;
    case "peek":
      return `node ${act.machine} is asked for a read`;
    case "burst":
      return `node ${act.machine} is given ${act.lengths.length} writes at once`;
    case "partition":
      return `${waysInWords(act.ways)} cut for up to ${millis(Math.max(0, ...act.ms))}`;
    case "cut-off":
      return `${waysInWords(act.ways)} cut for ${millis(act.ms)}`;
    case "clog":
      return `${waysInWords(act.ways)} held back for ${millis(act.ms)}`;
    case "slander":
      return `all hear that node ${act.machine} is gone, for ${millis(act.ms)}`;
    case "rumour":
      return `node ${act.machine} hears "${act.news}" of node ${act.about}`;
    case "transfer":
      return `node ${act.machine} is to hand over${act.to === undefined ? "" : ` to node ${machineOf(act.to)}`}`;
    case "change-membership":
      return `node ${act.machine} is to change to voters ${nodes(act.draft.voters)}, learners ${nodes(act.draft.learners)}`;
    case "wipe":
      return `the disk of node ${act.machine} is wiped`;
  }
}

function operationInWords({ client, machine, operation }: ClientOperation): string {
  const what =
    operation.kind === "read"
      ? `reads key ${operation.key}`
      : operation.kind === "write"
        ? `writes ${operation.value} to key ${operation.key}`
        : `changes key ${operation.key} from ${operation.expected} to ${operation.value}`;
  return `client ${client} ${what} at node ${machine}`;
}

function messageInWords(act: MessageFault): string {
  const name = `${act.carried === "visit" ? "piece of a state" : act.carried} from node ${act.from} to ${act.to}`;
  if (act.kind === "lost") return `a ${name} is lost`;
  if (act.kind === "repeated") return `a ${name} arrives twice`;
  const much = act.times > 1 ? `${act.times.toFixed(0)} times as long` : `${millis(act.ms)} longer`;
  return `a ${name} takes ${much}`;
}

const WAYS_TOLD = 6;

function waysInWords(ways: readonly Way[]): string {
  const told = ways.slice(0, WAYS_TOLD).map(([from, to]) => `${from}→${to}`);
  const more = ways.length > WAYS_TOLD ? ` and ${ways.length - WAYS_TOLD} more` : "";
  return `link${ways.length === 1 ? "" : "s"} ${told.join(", ")}${more}`;
}

function nodes(ids: readonly number[]): string {
  return ids.length === 0 ? "none" : ids.map((id) => machineOf(id as never)).join(", ");
}

export function millis(ms: number): string {
  return ms >= 10_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}
