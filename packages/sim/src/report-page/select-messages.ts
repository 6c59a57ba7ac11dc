import type { Millis } from "@holdfast/base";
import type { MessageStory } from "./story.ts";

/** Messages that decide who leads, or bring a whole state: rare, and worth more than heartbeats. */
const RARE = new Set<MessageStory["message"]["kind"]>([
  "pre-vote-request",
  "pre-vote-response",
  "vote-request",
  "vote-response",
  "timeout-now",
  "snapshot-offer",
  "append-rejected",
]);
/** What of the room rare messages of the whole run may take. */
const RARE_SHARE = 0.5;

export interface Selected {
  readonly messages: readonly MessageStory[];
  /** From here on every message is there. */
  readonly completeFrom: Millis;
  readonly omitted: number;
}

/** At most `room` messages: all of the last stretch, before that the rare ones. Both from the end, where the violation is. */
export function selectMessages(all: readonly MessageStory[], room: number): Selected {
  if (all.length <= room) return { messages: all, completeFrom: 0, omitted: 0 };
  const rare = Math.floor(room * RARE_SHARE);
  const whole = all.slice(all.length - (room - rare));
  const before = all
    .slice(0, all.length - whole.length)
    .filter(({ message }) => RARE.has(message.kind));
  const messages = [...before.slice(Math.max(0, before.length - rare)), ...whole];
  const completeFrom = whole[0]?.at ?? 0;
  return { messages, completeFrom, omitted: all.length - messages.length };
}
