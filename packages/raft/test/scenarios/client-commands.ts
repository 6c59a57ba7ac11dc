import type { Promotion } from "../../src/index.ts";
import { profileOf } from "./actor.ts";
import type { Command } from "./commands.ts";
import { bytesOf } from "./disk.ts";
import { memberOf, membersIn, numberOf } from "./words.ts";

export const CLIENT_COMMANDS: Readonly<Record<string, Command>> = {
  // propose n1 x y z*500: in one turn; z*500 is five hundred bytes
  propose(stage, { plain: [at, ...texts] }) {
    const proposals = texts.map((text) => {
      const [letter = "", times] = text.split("*");
      const payload =
        times === undefined
          ? bytesOf(text)
          : new Uint8Array(numberOf(times)).fill(letter.charCodeAt(0));
      return { token: stage.token(text), payload };
    });
    stage.step(memberOf(at), { kind: "propose", proposals });
  },

  // read n1 r1 r2: linearizable reads, in one turn
  read(stage, { plain: [at, ...labels] }) {
    const reads = labels.map(
      (label) => ({ kind: "read-index", token: stage.token(label) }) as const,
    );
    stage.step(memberOf(at), ...reads);
  },

  // change n1 c1 voters=n1,n2 learners=n4 promote=n4:n2 [based=3]: n4 shall replace n2
  change(stage, { plain: [at, label = ""], named }) {
    const id = memberOf(at);
    const { membership, membershipIndex } = stage.running(id).status();
    const given = (name: string, present: readonly number[]) => {
      const word = named.get(name);
      return word === undefined ? present.map((member) => memberOf(`n${member}`)) : membersIn(word);
    };
    const voters = given("voters", membership.voters);
    const learners = given("learners", membership.learners);
    const all = [...new Set([...voters, ...learners])].sort((a, b) => a - b);
    stage.step(id, {
      kind: "change-membership",
      token: stage.token(label),
      basedOn: numberOf(named.get("based") ?? `${membershipIndex}`),
      target: {
        voters,
        learners,
        promotions: promotionsIn(named.get("promote")),
        profiles: all.map(profileOf),
      },
    });
  },

  // transfer n1 t1 [n2]: n1 shall hand over, to n2 or to whom it likes
  transfer(stage, { plain: [at, label = "", to] }) {
    stage.step(memberOf(at), {
      kind: "transfer-leadership",
      token: stage.token(label),
      to: to === undefined ? undefined : memberOf(to),
    });
  },
};

function promotionsIn(word: string | undefined): readonly Promotion[] {
  if (word === undefined || word === "") return [];
  return word.split(",").map((one) => {
    const [learner, replaces] = one.split(":");
    return {
      learner: memberOf(learner),
      replaces: replaces === undefined ? undefined : memberOf(replaces),
    };
  });
}
