import type { Millis } from "@holdfast/base";
import type { LinkFault, MachineFault } from "../decisions/decision.ts";
import type { Marks } from "../marks.ts";
import type { Connections } from "../network/connections.ts";
import type { Network } from "../network/network.ts";
import { cutsOneWay } from "../network/partition.ts";
import type { Machine } from "../node/machine.ts";
import type { Timeline } from "../timeline.ts";
import type { Trace } from "../trace.ts";
import { isUsurped } from "./leaders.ts";

export interface FaultSite {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly marks: Marks;
  readonly machines: readonly Machine[];
  readonly network: Network;
  readonly connections: Connections;
  strike(machine: Machine, options: { readonly power: boolean; readonly reason: string }): void;
  pause(machine: Machine, until: Millis): void;
  /** Asks a machine for a read; nobody waits for it. */
  peek(machine: Machine): void;
  /** Gives a machine a command of each length at once; nobody waits for them. */
  burst(machine: Machine, lengths: readonly number[]): void;
}

/** Does to machines and links what was decided. */
export function breakAsDecided(site: FaultSite, fault: MachineFault | LinkFault): void {
  switch (fault.kind) {
    case "partition":
    case "cut-off":
    case "clog":
    case "slander":
    case "rumour":
      return breakLinks(site, fault);
    default:
      return breakMachine(site, fault);
  }
}

function breakMachine(site: FaultSite, fault: MachineFault): void {
  const { timeline, marks } = site;
  const machine = site.machines[fault.machine];
  if (machine === undefined) return;
  switch (fault.kind) {
    case "kill":
      return site.strike(machine, { power: fault.power, reason: "the nemesis" });
    case "doom":
      machine.doom = { at: fault.boundary, power: fault.power };
      machine.returnsAtOnce ||= fault.returnsAtOnce;
      return;
    case "pause":
      if (machine.life === undefined) return;
      marks.hit("process paused");
      return site.pause(machine, timeline.now + fault.ms);
    case "clock-leap":
      marks.hit("clock leapt");
      machine.clock.leap(timeline.now, fault.ms);
      machine.life?.clockLeapt();
      return;
    case "disk-stall":
      marks.hit("disk stalled");
      return machine.weather.stall(timeline.now + fault.ms);
    case "write-error":
      marks.hit("write failed");
      return machine.weather.breakNext();
    case "peek":
      if (isUsurped(machine, site.machines)) marks.hit("read asked while another leads");
      return site.peek(machine);
    case "burst":
      return site.burst(machine, fault.lengths);
  }
}

/** And to what is known of them. */
function breakLinks(site: FaultSite, fault: LinkFault): void {
  const { timeline, network } = site;
  const { now } = timeline;
  switch (fault.kind) {
    case "partition":
      return part(site, fault);
    case "cut-off":
      for (const [from, to] of fault.ways) network.cut(from, to, now + fault.ms);
      return;
    case "clog":
      for (const [from, to] of fault.ways) network.clog(from, to, now + fault.ms);
      return;
    case "slander":
      return slander(site, fault.machine, now + fault.ms);
    case "rumour":
      return site.connections.spread(fault.machine, fault.news, fault.about);
  }
}

function part(site: FaultSite, { ways, ms }: Extract<LinkFault, { kind: "partition" }>): void {
  const { timeline, network, marks, trace } = site;
  if (cutsOneWay(ways)) marks.hit("links cut one way");
  for (const [at, [from, to]] of ways.entries()) {
    trace.note(timeline.now, "is cut from", from, to);
    network.cut(from, to, timeline.now + (ms[at] ?? 0));
  }
}

function slander({ machines, network }: FaultSite, slot: number, until: Millis): void {
  const leader = machines[slot];
  if (leader === undefined) return;
  for (const other of machines) {
    if (other === leader) continue;
    network.clog(other.slot, slot, until);
    other.life?.enqueue({ kind: "peer-gone", peer: leader.store.id });
  }
}
