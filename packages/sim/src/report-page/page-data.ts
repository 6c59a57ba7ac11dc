import type { Millis } from "@holdfast/base";
import type { Message } from "@holdfast/raft";
import { millis } from "../decisions/in-words.ts";
import { describe } from "../trace.ts";
import type { DrawnRun } from "./drawn-run.ts";
import { selectMessages } from "./select-messages.ts";
import type { MessageStory, NodeStory, OperationStory, Progress, Story } from "./story.ts";

/** What a page draws at most, messages included; what is older is left out, and the page says so. */
export const DRAWN_EVENTS_MAX = 20_000;
/** Of each list but the messages, the newest so many. */
const LISTED_MAX = 3_000;
/** Points of one node's progress: as they are near the end, thinner before. */
const PROGRESS_MAX = 400;

/** Groups in which a reader can show and hide messages. */
const GROUP_OF: Record<Message["kind"], number> = {
  "pre-vote-request": 0,
  "pre-vote-response": 0,
  "vote-request": 0,
  "vote-response": 0,
  "timeout-now": 0,
  "append-request": 1,
  "append-accepted": 1,
  "append-rejected": 1,
  "heartbeat-request": 2,
  "heartbeat-response": 2,
  "read-index-request": 3,
  "read-index-response": 3,
  "snapshot-offer": 4,
};

type Json = Record<string, unknown>;

export interface PageData {
  readonly data: Json;
  /** In words, what is not there. */
  readonly omitted: readonly string[];
}

/** What the page's script draws, in short names and rounded numbers. */
export function pageDataOf(
  run: DrawnRun,
  story: Story,
  eventsMax: number = DRAWN_EVENTS_MAX,
): PageData {
  const operations = story.operations.slice(-LISTED_MAX);
  const faults = story.faults.slice(-LISTED_MAX);
  const cuts = story.cuts.slice(-LISTED_MAX);
  const nodes = story.nodes.map(nodeData);
  const drawn = nodes.reduce((sum, { count }) => sum + count, 0);
  const others = drawn + operations.length + faults.length + cuts.length;
  const selected = selectMessages(story.messages, Math.max(0, eventsMax - others));
  const { held } = story;
  const omitted = omissions({
    messages: selected.omitted + story.messagesForgotten,
    completeFrom: selected.completeFrom,
    operations: story.operations.length - operations.length,
    faults: story.faults.length - faults.length,
    cuts: story.cuts.length - cuts.length,
  });
  const data = {
    end: at(run.virtualMs),
    culprit: run.violation === undefined ? undefined : story.lastTurn,
    violation: run.violation?.message,
    phases: story.phases.map((phase) => [at(phase.at), phase.name]),
    nodes: nodes.map(({ node }) => node),
    cuts: cuts.map(({ from, to, link }) => [at(from), at(to), ...link]),
    messages: selected.messages.map(messageData),
    held: held === undefined || run.violation === undefined ? undefined : messageData(held),
    operations: operations.map(operationData),
    faults: faults.map((fault) => [at(fault.at), fault.fault, fault.text]),
    completeFrom: at(selected.completeFrom),
  };
  return { data, omitted };
}

function nodeData(node: NodeStory): { readonly node: Json; readonly count: number } {
  const lives = node.lives.slice(-LISTED_MAX);
  const roles = node.roles.slice(-LISTED_MAX);
  const progress = thinned(node.progress);
  const marks = node.marks.slice(-LISTED_MAX);
  const span = ({ from, to }: { from: Millis; to: Millis }): number[] => [at(from), at(to)];
  const count =
    lives.length +
    roles.length +
    progress.length +
    marks.length +
    node.pauses.length +
    node.stalls.length;
  return {
    count,
    node: {
      lives: lives.map((life) => [...span(life), life.end, life.power ? 1 : 0]),
      roles: roles.map((role) => [...span(role), role.role, role.term]),
      pauses: node.pauses.map(span),
      stalls: node.stalls.map(span),
      progress: progress.map(([when, ...indices]) => [at(when), ...indices]),
      marks: marks.map((mark) => [at(mark.at), mark.kind, mark.text]),
    },
  };
}

/** The newest half as it is, of the rest every so many. */
function thinned(progress: readonly Progress[]): readonly Progress[] {
  if (progress.length <= PROGRESS_MAX) return progress;
  const newest = progress.slice(-PROGRESS_MAX / 2);
  const older = progress.slice(0, -PROGRESS_MAX / 2);
  const every = Math.ceil(older.length / (PROGRESS_MAX / 2));
  return [...older.filter((_, index) => index % every === 0), ...newest];
}

function messageData(story: MessageStory): unknown[] {
  const { message, from, to, ends, again, fails } = story;
  const data = [
    at(story.at),
    ends === undefined ? null : at(ends),
    from,
    to,
    GROUP_OF[message.kind],
    message.kind,
    message.term,
    detailsOf(message),
    fails ?? 0,
    again === undefined ? 0 : at(again),
  ];
  return data;
}

/** What distinguishes it from another one of its kind. */
function detailsOf({ from: _from, to: _to, kind: _kind, term: _term, ...rest }: Message): string {
  return describe(rest).replace(/^\{|\}$/g, "");
}

function operationData(story: OperationStory): unknown[] {
  const { isRead, text, ends, outcome, answer } = story;
  const told = answer === "" ? outcome : `${outcome}: ${answer}`;
  return [
    at(story.at),
    ends === undefined ? null : at(ends),
    isRead ? 0 : 1,
    outcome,
    `${text}: ${told}`,
  ];
}

function omissions(counts: {
  readonly messages: number;
  readonly completeFrom: Millis;
  readonly operations: number;
  readonly faults: number;
  readonly cuts: number;
}): readonly string[] {
  const { messages, completeFrom } = counts;
  const told = (count: number, what: string): string[] => (count === 0 ? [] : [`${count} ${what}`]);
  return [
    ...told(
      messages,
      `messages before ${millis(completeFrom)}; of that time the newest that decide who leads are there`,
    ),
    ...told(counts.operations, "older operations of clients"),
    ...told(counts.faults, "older faults"),
    ...told(counts.cuts, "older cuts of links"),
  ];
}

function at(time: Millis): number {
  return Math.round(time * 100) / 100;
}
