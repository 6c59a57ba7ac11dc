import {
  below,
  CLIENTS,
  cut,
  type LinkFault,
  lossy,
  type NodeProcess,
  type Random,
} from "@holdfast/testkit";
import { votes } from "../membership/operator.ts";
import type { FaultStage } from "./fault-stage.ts";
import type { Roles } from "./networked-cluster.ts";
import { lasts } from "./ordeal.ts";
import { FOLLOWER_PARTITIONS, LEADER_PARTITIONS, type Partition, ring } from "./partitions.ts";

/** What makes it whole again. */
export type Mend = () => Promise<void>;

/** Something that fails. */
export interface Fault {
  readonly what: string;
  /** Two of one kind would undo one another. */
  readonly kind: "process" | "link" | "clock";
  begin(stage: FaultStage, roles: Roles): Promise<Mend>;
}

const FLAP_MS = 300;
const LOSS = 0.3;
const JUMPS_S: readonly number[] = [3600, -3600, 86_400, 30, -30];

/** All that can be drawn, in an order that seeds rely on. */
export const FAULTS: readonly Fault[] = [
  ...(["leader", "follower"] as const).flatMap((who) => [
    onProcess(`kill -9 of the ${who}`, who, async (_, node) => {
      await node.kill();
      return () => node.start();
    }),
    onProcess(`SIGSTOP of the ${who}`, who, async (_, node) => {
      node.pause();
      return async () => node.resume();
    }),
    onProcess(`restart of the ${who}`, who, async (_, node) => {
      await node.stop();
      await node.start();
      return async () => undefined;
    }),
    onProcess(`the ${who} wiped`, who, async ({ cluster }, node) => {
      await node.kill();
      await node.wipe();
      await node.start();
      return async () => void (await votes(cluster, node));
    }),
  ]),
  ...named("the leader", LEADER_PARTITIONS),
  ...named("a follower", FOLLOWER_PARTITIONS),
  onLinks("each node hears one other", ring),
  onLinks("the clients cut from the leader", ({ leader }) => cut(CLIENTS, leader.id)),
  onLinks("the leader loses a third", ({ leader, follower, other }) =>
    lossy(LOSS, leader.id, follower.id, other.id),
  ),
  flapping("the leader's links flap", ({ leader, follower, other }) =>
    cut(leader.id, follower.id, other.id),
  ),
  flapping("a follower's links flap", ({ leader, follower, other }) =>
    cut(follower.id, leader.id, other.id),
  ),
  ...(["leader", "follower"] as const).map((who) => jumping(who)),
];

/** One or two of different kinds. */
export function drawFaults(random: Random): readonly Fault[] {
  const one = FAULTS[below(random, FAULTS.length)];
  if (one === undefined) throw new Error("there are no faults");
  if (below(random, 2) === 0) return [one];
  const others = FAULTS.filter(({ kind }) => kind !== one.kind);
  const another = others[below(random, others.length)];
  return another === undefined ? [one] : [one, another];
}

function onProcess(
  what: string,
  who: "leader" | "follower",
  begin: (stage: FaultStage, node: NodeProcess) => Promise<Mend>,
): Fault {
  return { what, kind: "process", begin: (stage, roles) => begin(stage, roles[who]) };
}

function onLinks(what: string, partition: Partition): Fault {
  return {
    what,
    kind: "link",
    begin: async ({ links }, roles) => {
      await links.suffer(partition, partition(roles));
      return () => links.suffer(partition, []);
    },
  };
}

function named(who: string, partitions: Readonly<Record<string, Partition>>): readonly Fault[] {
  return Object.entries(partitions).map(([kind, partition]) =>
    onLinks(`${who} ${kind}`, partition),
  );
}

function flapping(what: string, partition: Partition): Fault {
  return {
    what,
    kind: "link",
    begin: async ({ links }, roles) => {
      let isOver = false;
      const flap = async (faults: readonly LinkFault[]): Promise<void> => {
        await links.suffer(partition, faults);
        await lasts(FLAP_MS, performance.now());
      };
      const loop = (async () => {
        while (!isOver) {
          await flap(partition(roles));
          await flap([]);
        }
      })();
      return async () => {
        isOver = true;
        await loop;
      };
    },
  };
}

/** It jumps all the time. */
function jumping(who: "leader" | "follower"): Fault {
  return {
    what: `the clock of the ${who} jumps`,
    kind: "clock",
    begin: async ({ clocks }, roles) => {
      const clock = clocks.of(roles[who]);
      let isOver = false;
      const loop = (async () => {
        for (let jump = 0; !isOver; jump++) {
          await clock.shift(JUMPS_S[jump % JUMPS_S.length] ?? 0);
          await lasts(FLAP_MS, performance.now());
        }
      })();
      return async () => {
        isOver = true;
        await loop;
        await clock.shift(0);
      };
    },
  };
}
