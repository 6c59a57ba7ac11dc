import type { Bounds } from "./bounds.ts";
import type { History } from "./history.ts";
import type { MemberState } from "./member-book.ts";
import {
  codeOf,
  FIRST_CHANGE,
  FIRST_READ,
  type InputCode,
  type MemberInput,
  TOKENS_MAX,
  VOTERS_MAX,
  WRITES_MAX,
} from "./member-input.ts";

/** Bounds that are used up by taking what is offered. */
export type Use = "proposals" | "readsAsked" | "changes" | "crashes" | "duplicates";

export interface Offered {
  /** Of what happens, if what it writes is durable at once. */
  readonly code: InputCode;
  /** Of the read that is asked for, as the judges remember it. */
  readonly token: number | undefined;
  readonly uses: Use | undefined;
}

const NONE: readonly Offered[] = [];
const DEADLINE = offer({ kind: "deadline" });
const SLEEP = offer({ kind: "sleep" });
const READ_LOG = offer({ kind: "read-log" });
const WRITTEN = listOf(WRITES_MAX, (count) => offer({ kind: "written", count }));
const CRASHES = listOf(WRITES_MAX, (kept) => offer({ kind: "crash", kept }, "crashes"));
const PROPOSALS = listOf(TOKENS_MAX, (at) =>
  offer({ kind: "propose", token: at + 1 }, "proposals"),
);
const READS = listOf(TOKENS_MAX, (at) =>
  offer({ kind: "read-index", token: FIRST_READ + at + 1 }, "readsAsked"),
);
const CHANGES = listOf(TOKENS_MAX, (at) =>
  listOf(VOTERS_MAX, (voters) =>
    offer({ kind: "change", token: FIRST_CHANGE + at + 1, voters }, "changes"),
  ),
);

/** What may happen to a member beside hearing from another one. */
export function offersTo(
  member: MemberState,
  history: History,
  bounds: Bounds,
): readonly Offered[] {
  const offers = [DEADLINE];
  if (member.role === "leader") offers.push(SLEEP);
  if (member.readsLog) offers.push(READ_LOG);
  addDiskOffers(offers, member, history.crashes < bounds.crashes);
  addClientOffers(offers, member, history, bounds);
  return offers;
}

function addDiskOffers(
  offers: Offered[],
  { writesUnderWay: writes }: MemberState,
  mayCrash: boolean,
): void {
  if (writes > 0) offers.push(...WRITTEN.slice(1, 2));
  if (writes > 1) offers.push(...WRITTEN.slice(writes, writes + 1));
  if (mayCrash) offers.push(...CRASHES.slice(0, writes + 1));
}

/** Clients ask whoever takes itself for the leader, and followers for reads. */
function addClientOffers(
  offers: Offered[],
  { role, leader }: MemberState,
  { proposals, readsAsked, changes }: History,
  bounds: Bounds,
): void {
  if (readsAsked < bounds.reads && leader !== undefined) {
    offers.push(...READS.slice(readsAsked, readsAsked + 1));
  }
  if (role !== "leader") return;
  if (proposals < bounds.proposals) offers.push(...PROPOSALS.slice(proposals, proposals + 1));
  if (changes >= bounds.changes) return;
  offers.push(...(CHANGES[changes]?.slice(1, 1 << bounds.members) ?? NONE));
}

function offer(input: MemberInput, uses?: Use): Offered {
  return { code: codeOf(input, false), token: tokenOf(input), uses };
}

function tokenOf(input: MemberInput): number | undefined {
  return input.kind === "read-index" ? input.token : undefined;
}

function listOf<Item>(last: number, make: (at: number) => Item): readonly Item[] {
  return Array.from({ length: last + 1 }, (_, at) => make(at));
}
