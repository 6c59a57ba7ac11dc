import { type AppendRequest, type Message, NO_MEMBERSHIP } from "../../src/index.ts";
import type { Command } from "./commands.ts";
import type { Stage } from "./stage.ts";
import { entryIdOf, entryIdsIn, memberOf, membersIn, numberOf, type Words } from "./words.ts";

export const NETWORK_COMMANDS: Readonly<Record<string, Command>> = {
  // deliver [kind …] [n1->n2 | n1->* | *->n2] [first | last]: the matching messages arrive, one by one
  deliver(stage, { plain }) {
    for (const message of take(stage, plain)) stage.deliver(message);
  },

  // deliver-together …: one member reads them all in one turn
  "deliver-together"(stage, { plain }) {
    const messages = take(stage, plain);
    const to = messages[0]?.to;
    if (to === undefined || messages.some((message) => message.to !== to)) {
      throw new Error("messages to one member arrive together");
    }
    stage.step(to, ...messages.map((message) => ({ kind: "message", message }) as const));
  },

  drop(stage, { plain }) {
    take(stage, plain);
  },

  // duplicate …: a copy of each goes behind all others
  duplicate(stage, { plain }) {
    stage.network.push(...find(stage, plain));
  },

  // keep NAME …: they are held up on their way, until `release NAME`
  keep(stage, { plain: [name = "", ...pattern] }) {
    const messages = take(stage, pattern);
    stage.kept.set(name, [...messages]);
  },

  release(stage, { plain: [name = ""] }) {
    const messages = stage.kept.get(name);
    if (messages === undefined) throw new Error(`nothing is kept as "${name}"`);
    stage.kept.delete(name);
    for (const message of messages) {
      stage.say(`${stage.describe(message)} (late)`);
      stage.deliver(message);
    }
  },

  // cut n1->n2 | n1->* | n1: this link, or all links of n1, lose what is sent
  cut(stage, { plain }) {
    for (const word of plain) for (const link of linksOf(stage, word)) stage.cut.add(link);
  },

  heal(stage, { plain }) {
    if (plain.length === 0) stage.cut.clear();
    for (const word of plain) for (const link of linksOf(stage, word)) stage.cut.delete(link);
  },

  // send n1->n2 append-request term=2 prev=1t1 entries=2t2 commit=1: words put into a mouth
  send(stage, words) {
    const message = forged(words);
    stage.say(stage.describe(message));
    stage.deliver(message);
  },

  // gone n2 n1: n2's transport is certain that the process of n1 has ended
  gone: (stage, { plain: [at, peer] }) =>
    stage.step(memberOf(at), { kind: "peer-gone", peer: memberOf(peer) }),
  connected: (stage, { plain: [at, peer] }) =>
    stage.step(memberOf(at), { kind: "peer-connected", peer: memberOf(peer) }),
  disconnected: (stage, { plain: [at, peer] }) =>
    stage.step(memberOf(at), { kind: "peer-disconnected", peer: memberOf(peer) }),
};

/** Takes what matches out of the network. */
function take(stage: Stage, pattern: readonly string[]): readonly Message[] {
  const taken = find(stage, pattern);
  const fromEnd = pattern.includes("last");
  for (const message of taken) {
    const at = fromEnd ? stage.network.lastIndexOf(message) : stage.network.indexOf(message);
    stage.network.splice(at, 1);
  }
  return taken;
}

/** What matches: all, or the first or last of it; there must be something. */
function find(stage: Stage, pattern: readonly string[]): readonly Message[] {
  const kinds = pattern.filter((word) => /^[a-z-]+$/.test(word) && !/^(first|last)$/.test(word));
  const links = pattern.filter((word) => word.includes("->"));
  const matching = stage.network.filter(
    (message) =>
      (kinds.length === 0 || kinds.includes(message.kind)) &&
      (links.length === 0 || links.some((link) => onLink(message, link))),
  );
  const first = pattern.includes("first") ? matching.slice(0, 1) : matching;
  const found = pattern.includes("last") ? matching.slice(-1) : first;
  if (found.length === 0) throw new Error("no such message is under way");
  return found;
}

function onLink(message: Message, link: string): boolean {
  const [from, to] = link.split("->");
  return (
    (from === "*" || memberOf(from) === message.from) && (to === "*" || memberOf(to) === message.to)
  );
}

function linksOf(stage: Stage, word: string): readonly string[] {
  const [from, to] = word.split("->");
  const links = stage.actors.flatMap((a) => stage.actors.map((b) => [a.id, b.id] as const));
  return links
    .filter(([a, b]) =>
      to === undefined
        ? a === memberOf(from) || b === memberOf(from)
        : (from === "*" || a === memberOf(from)) && (to === "*" || b === memberOf(to)),
    )
    .map(([a, b]) => `${a}>${b}`);
}

function forged({ plain: [link = "", kind], named }: Words): Message {
  const [from, to] = link.split("->");
  const number = (name: string) => numberOf(named.get(name) ?? "0");
  const envelope = { from: memberOf(from), to: memberOf(to), term: number("term") };
  const session = { epoch: number("epoch"), round: number("round") };
  switch (kind) {
    case "append-request":
      return {
        kind,
        ...envelope,
        ...session,
        prev: entryIdOf(named.get("prev")),
        entries: entryIdsIn(named.get("entries")).map(emptyEntry),
        commit: number("commit"),
        floor: 0,
      };
    case "append-accepted":
      return { kind, ...envelope, ...session, match: number("match") };
    case "append-rejected": {
      const hint = entryIdOf(named.get("hint"));
      return { kind, ...envelope, ...session, rejected: number("prev"), hint };
    }
    case "heartbeat-request":
      return { kind, ...envelope, ...session, commit: number("commit"), floor: 0 };
    case "pre-vote-request":
      return { kind, ...envelope, last: entryIdOf(named.get("last")) };
    case "vote-request":
      return {
        kind,
        ...envelope,
        last: entryIdOf(named.get("last")),
        transfer: named.get("transfer") === "true",
      };
    case "pre-vote-response":
    case "vote-response":
      return { kind, ...envelope, granted: named.get("granted") !== "false" };
    case "timeout-now":
      return { kind, ...envelope };
    case "snapshot-offer": {
      const membership = { ...NO_MEMBERSHIP, voters: membersIn(named.get("voters")) };
      const meta = { last: entryIdOf(named.get("state")), membership };
      return { kind, ...envelope, ...session, meta };
    }
    default:
      throw new Error(`"${kind}" is not among the messages that can be sent by hand`);
  }
}

function emptyEntry(id: { readonly index: number; readonly term: number }) {
  const entry: AppendRequest["entries"][number] = {
    ...id,
    kind: "commands",
    payload: new Uint8Array(),
  };
  return entry;
}
