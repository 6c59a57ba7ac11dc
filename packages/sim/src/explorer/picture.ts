import type { Message } from "@holdfast/raft";
import type { Renaming } from "./renaming.ts";

/**
 * Fields that hold a moment of a member's own clock. One that is missing here makes more
 * states than there are, never fewer: it is then told as it stands.
 */
const TIMES = new Set([
  "heardLeaderAt",
  "at",
  "deadline",
  "askedAt",
  "nextHeartbeatAt",
  "sentAt",
  "heardAt",
  "probedAt",
  "startedAt",
  "until",
]);

/**
 * Told in another way, the same for all cores of a search, or without any effect in it: the last
 * is put to the test, see `MemberBook`. Writes are numbered without a
 * gap and end with the latest, so that how many are pending says all that their numbers do.
 */
const LEFT_OUT = new Set([
  "now",
  "seq",
  "options",
  "random",
  "membershipCodec",
  "trace",
  // Follow from the ids beside them.
  "profiles",
  // Whoever is in a hurry waits no less with the options of a search.
  "hurryUntil",
  "hastyElections",
  // No state is ever durable, so that no log is compacted and no state is sent; nor are there learners.
  "floor",
  "trailing",
  "answering",
  "catchUp",
]);

/** Fields that name a member, or members in ascending order. */
const MEMBERS = new Set(["id", "from", "to", "vote", "leader", "peer", "learner", "replaces"]);
const SORTED_MEMBERS = new Set(["voters", "outgoing", "learners", "learnersNext"]);

/** Lists of messages that wait for a write. */
const HELD = new Set(["held", "messages"]);

/** How the built core's private fields are called once they are opened. */
const OPENED = "$";

/** How a picture is drawn. */
export interface View {
  readonly now: number;
  /** Every wait is over when it has lasted for so long: what is older is all the same. */
  readonly horizon: number;
  /** What the members are called; left out, by their own names. */
  readonly renaming?: Renaming | undefined;
}

export const PLAIN_VIEW: View = { now: 0, horizon: 0 };

/**
 * Everything that is reachable from a value, as text: two values with the same picture behave
 * the same from here on. Times are told from now on, and maps without their order.
 */
export function pictureOf(value: unknown, view: View): string {
  return draw(value, "", view);
}

function draw(value: unknown, name: string, view: View): string {
  if (typeof value === "number") return drawNumber(value, name, view);
  if (value === undefined) return "-";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${drawList(value, name, view).join()}]`;
  if (value instanceof Uint8Array) return `<${value.join()}>`;
  if (value instanceof Map) {
    // The only maps of a core are those of votes, by member.
    const lines = [...value].map(([id, one]) => `${drawNumber(id, "id", view)}:${one}`);
    return `(${lines.sort().join()})`;
  }
  let text = "{";
  for (const [field, one] of Object.entries(value)) {
    const plain = field.startsWith(OPENED) ? field.slice(1) : field;
    if (!LEFT_OUT.has(plain)) text += `${plain}:${draw(one, plain, view)};`;
  }
  return `${text}}`;
}

function drawList(list: readonly unknown[], name: string, view: View): readonly string[] {
  const members = SORTED_MEMBERS.has(name);
  const { renaming } = view;
  const inOrder = renaming !== undefined && HELD.has(name) ? byReceiver(list, renaming) : list;
  const drawn = inOrder.map((one) => draw(one, members ? "id" : name, view));
  return renaming !== undefined && (members || name === "peers") ? drawn.sort() : drawn;
}

/** Messages to different members wait side by side; only those to the same one have an order. */
function byReceiver(list: readonly unknown[], renaming: Renaming): readonly unknown[] {
  const receiver = (message: unknown): number => renaming[(message as Message).to] ?? 0;
  return [...list].sort((a, b) => receiver(a) - receiver(b));
}

function drawNumber(value: number, name: string, view: View): string {
  if (TIMES.has(name)) return drawTime(value, name, view);
  const { renaming } = view;
  if (renaming === undefined) return `${value}`;
  if (MEMBERS.has(name)) return `${renaming[value] ?? value}`;
  // With the same members throughout, each leadership begins sessions with all others, in order.
  if (name === "epoch") return `${Math.ceil(value / (renaming.length - 2))}`;
  return `${value}`;
}

/** Writes and appends are handed out `at` a time: a disk is waited for twice as long as all else. */
function drawTime(at: number, name: string, { now, horizon }: View): string {
  return `${Math.max(at - now, name === "at" ? -2 * horizon : -horizon)}`;
}

/** 53 bits of a text; in a search of a million pictures two are taken for one with a chance of 10⁻⁴. */
export function fingerprintOf(text: string): number {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x85ebca6b);
    b = Math.imul(b ^ code, 0xc2b2ae35);
    a ^= a >>> 13;
    b ^= b >>> 16;
  }
  a = Math.imul(a ^ (b >>> 15), 0x27d4eb2f);
  b = Math.imul(b ^ (a >>> 13), 0x165667b1);
  return (a >>> 11) * 0x1_0000_0000 + (b >>> 0);
}
