import {
  type Cancel,
  type Clock,
  type Logger,
  type LogIndex,
  type MemberId,
  type Millis,
  messageOf,
  type Random,
  type Revision,
  type Steps,
} from "@holdfast/base";
import type { Membership } from "@holdfast/raft";
import {
  type AlarmOperation,
  DamagedRowError,
  hashKvSteps,
  type OperationResult,
  type StateMachine,
  type StatePoint,
} from "@holdfast/state-machine";
import type { HashMessage, StateHashes } from "./hash-message.ts";
import { StateDivergedError } from "./state-diverged-error.ts";
import { suspects } from "./suspects.ts";

export interface HashComparisonParts {
  readonly self: MemberId;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Between two comparisons of what is on the disk, ms; 0: nothing is compared. */
  readonly everyMs: Millis;
  leader(): MemberId | undefined;
  membership(): Membership;
  isConnected(id: MemberId): boolean;
  machine(): Pick<StateMachine, "applied" | "revision" | "rollingHashAt" | "layout"> & {
    readonly alarms: Pick<StateMachine["alarms"], "automatic">;
  };
  read<Result>(compute: (point: StatePoint) => Steps<Result>): Promise<Result>;
  propose(operation: AlarmOperation, deadline: Millis): Promise<OperationResult>;
  send(to: MemberId, message: HashMessage): void;
  fail(failure: unknown): void;
}

export const HASH_LOOK_MS = 1_000;
/** Between two comparisons of what was applied, ms. */
export const ROLLING_EVERY_MS = 5_000;
/** Members may take so long to read their disks, ms. */
const ANSWERS_MS = 60_000;
const PROPOSAL_MS = 10_000;

interface Round {
  readonly id: number;
  readonly asked: ReadonlySet<MemberId>;
  readonly index: LogIndex;
  readonly revision: Revision;
  readonly until: Millis;
  readonly told: Map<MemberId, StateHashes>;
}

const NOTHING: StateHashes = Object.freeze({ rolling: undefined, kv: undefined });

/** How far a member was at the last look: others have come as far by now. */
interface Place {
  readonly index: LogIndex;
  readonly revision: Revision;
}

/**
 * Finds members that have something else than the others, always (decision 15; docs/decisions/0017). The
 * leader asks all for their hashes at one place, often for the rolling one, which costs nothing, and now
 * and then for one over what their disks hold. Who differs from a majority, twice one after the other, is named by an alarm
 * in the log; a member that finds itself named stops, and is rebuilt.
 *
 * States: idle → (it leads, and it is time) asking → (all have answered, or had time to) idle, or at once asking again.
 */
export class HashComparison {
  readonly #parts: HashComparisonParts;
  #place: Place = { index: 0, revision: 0 };
  #round: Round | undefined;
  /** Of no round of another process: an answer that was long on its way is to no other question. */
  #lastId: number;
  /** The question that is being answered; its repetitions are not. */
  #answering: number | undefined;
  #rollingAt: Millis;
  #kvAt: Millis;
  /** Who differed in the last round, as text. */
  #suspected = "";
  #isReading = false;
  #cancel: Cancel = () => undefined;

  constructor(parts: HashComparisonParts) {
    this.#parts = parts;
    const now = parts.clock.now();
    this.#lastId = parts.random.uint32();
    this.#rollingAt = now;
    this.#kvAt = now;
  }

  start(): void {
    if (this.#parts.everyMs <= 0) return;
    this.#cancel = this.#parts.clock.timer(HASH_LOOK_MS, () => this.start());
    this.#look();
  }

  stop(): void {
    this.#cancel();
  }

  received(message: HashMessage): void {
    if (message.kind === "hash-ask") return void this.#answer(message);
    this.#told(message.from, message.id, message.hashes);
  }

  /** Who is out of reach will not answer. */
  disconnected(peer: MemberId): void {
    if (this.#round !== undefined) this.#told(peer, this.#round.id, NOTHING);
  }

  #look(): void {
    const { self, leader, machine, clock } = this.#parts;
    this.#stopIfNamed();
    if (leader() !== self) {
      this.#round = undefined;
      this.#suspected = "";
    } else if (this.#round === undefined) this.#askIfDue();
    else if (clock.now() >= this.#round.until) this.#judge(this.#round);
    else this.#askAgain(this.#round);
    const { applied, revision } = machine();
    this.#place = { index: applied.index, revision };
  }

  /** It is no matter of opinion: the alarm is in the log, where a majority agreed to it. */
  #stopIfNamed(): void {
    const { self, machine, fail } = this.#parts;
    const isNamed = machine()
      .alarms.automatic()
      .some(({ member, kind }) => kind === "corrupt" && member === BigInt(self));
    if (!isNamed) return;
    this.stop();
    fail(
      new StateDivergedError(
        "this member's state differs from that of the others (alarm CORRUPT): remove its directory, and the cluster rebuilds it; then end the alarm",
      ),
    );
  }

  #askIfDue(): void {
    const { clock, everyMs } = this.#parts;
    const now = clock.now();
    const isKvDue = now - this.#kvAt >= everyMs;
    if (!isKvDue && now - this.#rollingAt < ROLLING_EVERY_MS) return;
    this.#rollingAt = now;
    if (isKvDue) this.#kvAt = now;
    this.#ask(isKvDue);
  }

  #ask(withKv: boolean): void {
    const { self, clock, membership, isConnected, send } = this.#parts;
    const { index, revision: seen } = this.#place;
    const revision = withKv ? seen : 0;
    this.#lastId++;
    const id = this.#lastId;
    const peers = membership()
      .profiles.map((profile) => profile.id)
      .filter((member) => member !== self && isConnected(member));
    const round: Round = {
      id,
      asked: new Set([self, ...peers]),
      index,
      revision,
      until: clock.now() + ANSWERS_MS,
      told: new Map(),
    };
    this.#round = round;
    for (const peer of peers) send(peer, { kind: "hash-ask", from: self, id, index, revision });
    void this.#hashes(index, revision).then((hashes) => this.#told(self, id, hashes));
  }

  /** A question is lost with the stream that it was put on, as an answer is. */
  #askAgain({ id, asked, told, index, revision }: Round): void {
    const { self, isConnected, send } = this.#parts;
    for (const peer of asked) {
      if (peer === self || told.has(peer)) continue;
      if (isConnected(peer)) send(peer, { kind: "hash-ask", from: self, id, index, revision });
      else this.#told(peer, id, NOTHING);
    }
  }

  #told(from: MemberId, id: number, hashes: StateHashes): void {
    const round = this.#round;
    if (round?.id !== id || !round.asked.has(from) || round.told.has(from)) return;
    round.told.set(from, hashes);
    if (round.told.size === round.asked.size) this.#judge(round);
  }

  #judge({ told }: Round): void {
    const { logger, membership } = this.#parts;
    this.#round = undefined;
    const found = suspects(told, membership().voters);
    const text = found.join(" ");
    const isConfirmed = text !== "" && text === this.#suspected;
    this.#suspected = text;
    if (text === "") return;
    const figures = { members: found, told: Object.fromEntries(told) };
    if (!isConfirmed) {
      logger.warn(figures, "members differ: they are asked again");
      return this.#ask(true);
    }
    this.#suspected = "";
    for (const member of found) void this.#raise(member, figures);
  }

  async #raise(member: number, figures: object): Promise<void> {
    const { clock, logger, machine, propose } = this.#parts;
    const alarm = { member: BigInt(member), kind: "corrupt" } as const;
    // By a client's alarm the member would not stop.
    const isKnown = machine()
      .alarms.automatic()
      .some((standing) => standing.member === alarm.member && standing.kind === alarm.kind);
    if (isKnown) return;
    logger.error({ ...figures, member }, "a member's state is damaged: alarm CORRUPT is raised");
    try {
      await propose({ kind: "alarm", action: "raise", alarm }, clock.now() + PROPOSAL_MS);
    } catch (failure) {
      logger.warn({ member, why: messageOf(failure) }, "the alarm was not raised; it will be");
    }
  }

  async #answer({ from, id, index, revision }: HashMessage & { readonly kind: "hash-ask" }) {
    const { self, leader, send } = this.#parts;
    if (this.#answering === id) return;
    this.#answering = id;
    // One that has just started may not know its leader yet; silence would have it waited for.
    const hashes = from === leader() ? await this.#hashes(index, revision) : NOTHING;
    if (this.#answering === id) this.#answering = undefined;
    send(from, { kind: "hash-answer", from: self, id, hashes });
  }

  async #hashes(index: LogIndex, revision: Revision): Promise<StateHashes> {
    const rolling = this.#parts.machine().rollingHashAt(index);
    // One at a time: whoever asks again before it is done hears of the rest later.
    if (revision <= 0 || this.#isReading) return { rolling, kv: undefined };
    this.#isReading = true;
    try {
      return { rolling, kv: await this.#hashOfDisk(revision) };
    } finally {
      this.#isReading = false;
    }
  }

  async #hashOfDisk(revision: Revision): Promise<StateHashes["kv"]> {
    const { read, machine, logger, fail } = this.#parts;
    try {
      const found = await read((point) => hashKvSteps(revision, point, machine().layout));
      if ("kind" in found) return undefined;
      return { hash: found.hash, compactRevision: found.compactRevision };
    } catch (failure) {
      if (failure instanceof DamagedRowError) fail(failure);
      logger.warn({ why: messageOf(failure) }, "what is on the disk was not hashed");
      return undefined;
    }
  }
}
