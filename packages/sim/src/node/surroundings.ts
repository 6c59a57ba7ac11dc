import type { MemberId } from "@holdfast/base";
import type { MembershipCodec, Message } from "@holdfast/raft";
import type { DriverDefect } from "../defects.ts";
import type { Witness } from "../invariants/witness.ts";
import type { Marks } from "../marks.ts";
import type { Operation } from "../model/command.ts";
import type { Observer } from "../observer.ts";
import type { WorldPlan } from "../plan/world-plan.ts";
import type { Timeline } from "../timeline.ts";
import type { Trace } from "../trace.ts";
import type { MakeCore } from "./core.ts";
import type { Life } from "./life.ts";
import type { Machine } from "./machine.ts";

/** What a life finds around it. */
export interface Surroundings {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly marks: Marks;
  readonly witness: Witness;
  readonly plan: WorldPlan;
  readonly observer: Observer | undefined;
  readonly defects: ReadonlySet<DriverDefect>;
  readonly codec: MembershipCodec;
  /** Every operation that any client ever issued, by its number. */
  readonly operations: readonly Operation[];
  readonly makeCore: MakeCore;
  send(from: Machine, message: Message): void;
  /** Brings `run` to the process of another member, if it gets there and one lives there. */
  visit(from: Machine, to: MemberId, run: (host: Life) => void): void;
  /** The process on a machine ends at once. */
  strike(machine: Machine, options: { readonly power: boolean; readonly reason: string }): void;
}
