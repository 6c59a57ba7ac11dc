import type { Command } from "./commands.ts";
import type { Stage } from "./stage.ts";
import { memberOf, numberOf } from "./words.ts";

const STEP_MS = 1;
/** A member may have other deadlines before that of its campaign. */
const ROUNDS_MAX = 100;

export const TIME_COMMANDS: Readonly<Record<string, Command>> = {
  // campaign n1: the clock moves on to the moment at which n1 has waited long enough
  campaign(stage, { plain }) {
    campaign(stage, plain[0]);
  },

  // elect n1: n1 campaigns and everything settles; only what came of it is printed
  elect(stage, { plain: [at] }) {
    quietly(stage, () => {
      campaign(stage, at);
      stage.settle();
    });
    const { role, term, commit } = stage.running(memberOf(at)).status();
    if (role !== "leader") throw new Error(`${at} is a ${role}, not elected`);
    stage.takeLines();
    stage.say(`${at} leads, term ${term}, commit ${commit}`);
  },

  // wait 100: the clock moves, nobody is told
  wait(stage, { plain }) {
    stage.now += numberOf(plain[0]);
  },

  // tick n1 n2: they look at the clock
  tick(stage, { plain }) {
    for (const word of plain) stage.step(memberOf(word), { kind: "tick" });
  },

  // run 500: time passes as in life; what is due happens, messages and writes arrive
  run(stage, { plain }) {
    quietly(stage, () => {
      const end = stage.now + numberOf(plain[0]);
      stage.settle();
      while (stage.now < end) {
        stage.now = Math.min(end, stage.now + STEP_MS);
        tickWhoIsDue(stage);
        stage.settle();
      }
    });
  },

  // sleep n1: its process stands still until `wake n1`; what is sent to it waits
  sleep(stage, { plain }) {
    for (const word of plain) stage.actor(memberOf(word)).asleep = true;
  },
  wake(stage, { plain }) {
    for (const word of plain) stage.actor(memberOf(word)).asleep = false;
  },

  // settle: messages and writes arrive until nothing moves without the clock
  settle(stage) {
    quietly(stage, () => stage.settle());
  },
};

function tickWhoIsDue(stage: Stage): void {
  for (const { id, raft, asleep } of stage.actors) {
    const due = raft !== undefined && !asleep && stage.now >= raft.nextDeadline();
    if (due) stage.step(id, { kind: "tick" });
  }
}

function campaign(stage: Stage, word: string | undefined): void {
  const id = memberOf(word);
  const raft = stage.running(id);
  if (raft.status().role === "leader") throw new Error(`${word} leads already`);
  const { term } = raft.status();
  for (let round = 0; round < ROUNDS_MAX; round++) {
    stage.now = Math.max(stage.now, raft.nextDeadline());
    stage.step(id, { kind: "tick" });
    const { role, term: after } = raft.status();
    if (role !== "follower" || after !== term) return;
  }
  throw new Error(`${word} does not campaign`);
}

function quietly(stage: Stage, work: () => void): void {
  stage.quiet = true;
  try {
    work();
  } finally {
    stage.quiet = false;
  }
}
