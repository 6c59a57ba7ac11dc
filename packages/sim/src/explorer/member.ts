import type { MemberId, Millis, StoreId } from "@holdfast/base";
import {
  type Effects,
  type Entry,
  type Fetch,
  type Input,
  type Membership,
  type MembershipTarget,
  type Message,
  type PersistBatch,
  Raft,
  type RaftOptions,
  type RaftStatus,
  resolveRaftOptions,
} from "@holdfast/raft";
import { DurableEntries } from "../disk/durable-entries.ts";
import { LogImage } from "../disk/log-image.ts";
import { encodeCommand } from "../model/command.ts";
import { asciiMembershipCodec } from "../model/membership-codec.ts";
import { type MemberInput, memberAt, votersOf } from "./member-input.ts";
import { pictureOf } from "./picture.ts";
import type { Renaming } from "./renaming.ts";

/** No path is so long that a wait of this length would end on it. */
const NEVER_MS: Millis = 2 ** 40;
const ELECTION_MS: Millis = 3;
/** Above everything that a core takes for "long ago" at its start. */
const BEGINNING_MS: Millis = 1_000;
/** Between the first questions of two lives of a member. */
const QUESTIONS_A_LIFE = 1_000;

/** The smallest times that keep their order, and entries that travel one by one. */
const OPTIONS: RaftOptions = resolveRaftOptions({
  heartbeatMs: 1,
  electionTimeoutMs: ELECTION_MS,
  stallClampMs: NEVER_MS,
  // Who waits for its disk campaigns once and no more, or what it would ask others grew without end.
  diskStallMs: 2 * ELECTION_MS,
  snapshotTimeoutMs: NEVER_MS,
  appendBytesMax: 1,
  inflightMessagesMax: 2,
  // Who is in a hurry waits no less: only the order of a member's own deadlines matters here.
  goneCampaignMs: 2 * ELECTION_MS,
  goneRetryMs: 2 * ELECTION_MS,
});

/** What a life of a member begins with. */
export interface Birth {
  readonly id: MemberId;
  readonly life: number;
  readonly disk: LogImage;
}

/** Sees what a member does, turn by turn. */
export interface Onlooker {
  /** Before it is part of `member.log`. */
  writes(member: Member, before: RaftStatus, batch: PersistBatch): void;
  turned(member: Member, before: RaftStatus, effects: Effects | undefined): void;
  sends(member: Member, message: Message): void;
}

/** A life's core with its driver: the log it handed out, its disk, what is under way between them. */
export class Member {
  readonly id: MemberId;
  readonly life: number;
  readonly log: LogImage;
  readonly durable: LogImage;
  /** What is or was durable in this life: nothing of one before is told any more. */
  readonly everDurable: DurableEntries = new DurableEntries();
  readonly #core: Raft;
  #onlooker: Onlooker | undefined;
  readonly #writes: PersistBatch[] = [];
  readonly #fetches: Fetch[] = [];
  /** Tokens that have no outcome yet. */
  readonly #open = new Set<number>();
  /** Writes of this life so far. */
  #handedOut = 0;
  #now = BEGINNING_MS;
  #status: RaftStatus;

  constructor({ id, life, disk }: Birth) {
    this.id = id;
    this.life = life;
    this.durable = disk.copy();
    this.everDurable.takeAll(disk);
    this.log = disk.copy();
    this.#core = new Raft({
      id,
      options: OPTIONS,
      // No chance at all: every draw is the greatest there is. But each life has other questions.
      random: { uint32: () => 2 ** 32 - (life + 1) * QUESTIONS_A_LIFE },
      membershipCodec: asciiMembershipCodec,
      restored: {
        hardState: disk.hardState,
        log: {
          compacted: disk.compacted,
          termRuns: disk.termRuns(),
          lastIndex: disk.lastIndex,
          commit: disk.hardState.commit,
        },
        membership: disk.baseMembership,
        memberships: disk.memberships,
      },
      now: BEGINNING_MS,
    });
    this.#status = this.#core.status();
  }

  /** As of the last turn, if somebody looks on; else as of the beginning. */
  get status(): RaftStatus {
    return this.#status;
  }

  get writesUnderWay(): number {
    return this.#writes.length;
  }

  get fetchesUnderWay(): number {
    return this.#fetches.length;
  }

  get openTokens(): ReadonlySet<number> {
    return this.#open;
  }

  /** From now on all that it does is seen. */
  watch(onlooker: Onlooker): void {
    this.#onlooker = onlooker;
    this.#status = this.#core.status();
  }

  /** Everything that its future depends on, with other names for the members if they are given. */
  picture(renaming?: Renaming): string {
    const { $state } = this.#core as unknown as { readonly $state?: unknown };
    if ($state === undefined) throw new Error("the core was loaded without opening it");
    const { life, durable } = this;
    const open = [...this.#open].sort((a, b) => a - b);
    const disk = { hardState: durable.hardState, entries: entriesOf(durable) };
    const fetches = this.#fetches.map(({ fetchId, from, to }) => [fetchId, from, to]);
    const all = [life, open, $state, disk, this.#writes, fetches];
    return pictureOf(all, { now: this.#now, horizon: ELECTION_MS, renaming });
  }

  /**
   * `late`: what it writes stays under way, behind what already was; else all of that is durable
   * at once. What was under way before stays so if nothing is written now.
   */
  perform(input: MemberInput, late: boolean, messageOf: (id: number) => Message): void {
    let before = this.#handedOut;
    this.#begin(input, messageOf);
    while (!late && this.#handedOut > before) {
      before = this.#handedOut;
      this.#written(this.#writes.length);
    }
  }

  #begin(input: MemberInput, messageOf: (id: number) => Message): void {
    switch (input.kind) {
      case "deadline":
        this.#now = Math.max(this.#now, this.#core.nextDeadline());
        return this.#turn({ kind: "tick" });
      case "sleep":
        this.#now += ELECTION_MS;
        return this.#turn({ kind: "tick" });
      case "written":
        return this.#written(input.count);
      case "deliver":
        return this.#turn({ kind: "message", message: messageOf(input.message) });
      case "propose": {
        const { token } = input;
        return this.#ask(token, {
          kind: "propose",
          proposals: [{ token, payload: encodeCommand(token, 1) }],
        });
      }
      case "read-index":
        return this.#ask(input.token, input);
      case "change":
        return this.#ask(input.token, this.#changeTo(input));
      case "read-log":
        return this.#readLog();
      case "crash":
        throw new Error("whoever crashes begins another life");
    }
  }

  #ask(token: number, input: Input): void {
    this.#open.add(token);
    this.#turn(input);
  }

  #changeTo({ token, voters }: Extract<MemberInput, { readonly kind: "change" }>): Input {
    const { index, membership } = this.log.effective;
    const wanted = votersOf(voters);
    const profiles = membership.profiles.filter(({ id }) => wanted.includes(id));
    const missing = wanted.filter((id) => !profiles.some((profile) => profile.id === id));
    const target: MembershipTarget = {
      voters: wanted,
      learners: [],
      promotions: [],
      profiles: [...profiles, ...missing.map(profileOf)],
    };
    return { kind: "change-membership", token, basedOn: index, target };
  }

  #readLog(): void {
    const fetch = this.#fetches.shift();
    if (fetch === undefined) throw new Error("nothing is being read");
    const { fetchId, from, to, bytesMax } = fetch;
    const entries = this.durable.read(from, to, bytesMax);
    this.#turn({ kind: "entries-fetched", fetchId, entries });
  }

  #written(count: number): void {
    const done = this.#writes.splice(0, count);
    for (const batch of done) {
      this.durable.take(batch);
      this.everDurable.take(batch);
    }
    const last = done.at(-1);
    if (last !== undefined) this.#turn({ kind: "persisted", seq: last.seq });
  }

  #turn(input: Input): void {
    const onlooker = this.#onlooker;
    this.#core.step(this.#now, input);
    const effects = this.#core.takeEffects();
    if (onlooker === undefined) {
      if (effects !== undefined) this.#settle(effects);
      return;
    }
    this.#core.checkDeeply();
    const before = this.#status;
    this.#status = this.#core.status();
    if (effects?.persist !== undefined) onlooker.writes(this, before, effects.persist);
    if (effects !== undefined) this.#settle(effects);
    onlooker.turned(this, before, effects);
    for (const message of effects?.messages ?? []) onlooker.sends(this, message);
    for (const { token } of effects?.outcomes ?? []) this.#open.delete(token);
  }

  #settle({ persist, fetches, outcomes }: Effects): void {
    if (persist !== undefined) {
      this.log.take(persist);
      this.#writes.push(persist);
      this.#handedOut++;
    }
    this.#fetches.push(...fetches);
    if (this.#onlooker === undefined) for (const { token } of outcomes) this.#open.delete(token);
  }

  /** The disk that another life begins with, if `kept` writes more became durable. */
  diskAfterCrash(kept: number): LogImage {
    const disk = this.durable.copy();
    for (const batch of this.#writes.slice(0, kept)) disk.take(batch);
    return disk;
  }
}

function entriesOf(image: LogImage): readonly Entry[] {
  return image.read(1, image.lastIndex, Number.POSITIVE_INFINITY) ?? [];
}

/** The configuration that a cluster of so many voters is formed with. */
export function genesisOf(members: number): Membership {
  const voters = Array.from({ length: members }, (_, place) => memberAt(place));
  return {
    voters,
    outgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
    promotions: [],
    profiles: voters.map(profileOf),
  };
}

export function bornOf(id: MemberId, members: number): Birth {
  return { id, life: 0, disk: LogImage.born(asciiMembershipCodec, genesisOf(members)) };
}

function profileOf(id: MemberId): Membership["profiles"][number] {
  return { id, name: "", storeId: `${id}` as StoreId, peerAddress: "", clientAddress: "" };
}
