import {
  fromByteString,
  type HoldfastError,
  SeededRandom,
  silentLogger,
  toByteString,
} from "@holdfast/base";
import {
  type WatchAnswer,
  type WatchCreateRequest,
  type WatchLimits,
  WatchService,
  type WatchSink,
  type WatchStream,
} from "@holdfast/service";
import { SystemClock } from "../src/adapters/system-clock.ts";
import { SystemTurn } from "../src/adapters/system-turn.ts";
import { SingleReplica } from "./single-replica.ts";

const clock = new SystemClock();
const CALL = { deadline: Number.POSITIVE_INFINITY };

export const turn: SystemTurn = new SystemTurn();

/** A client that takes what it is told when it likes. */
export class WatchClient implements WatchSink {
  readonly answers: WatchAnswer[] = [];
  failure: HoldfastError | undefined;
  /** Whether what an answer takes is told by its values. */
  weighs = false;
  #waiting = 0;

  send(answer: WatchAnswer): void {
    this.answers.push(answer);
    if (answer.kind !== "events") this.#waiting += 1;
    else for (const { previous } of answer.events) this.#waiting += this.#weightOf(previous);
  }

  #weightOf(previous: { readonly value: Uint8Array } | undefined): number {
    return this.weighs ? (previous?.value.length ?? 0) : 200;
  }

  get outboxBytes(): number {
    return this.#waiting;
  }

  fail(failure: HoldfastError): void {
    this.failure = failure;
  }

  take(): void {
    this.#waiting = 0;
  }

  wasCompacted(watchId: bigint): boolean {
    return this.answers.some((answer) => answer.kind === "compacted" && answer.watchId === watchId);
  }

  /** Of each answer with events of a watch, what changed, and its revision. */
  told(watchId: bigint): readonly (readonly string[])[] {
    return this.answers
      .filter((answer) => answer.kind === "events")
      .filter((answer) => answer.watchId === watchId)
      .map(({ events }) =>
        events.map(({ event, previous }) => {
          const before = previous === undefined ? "-" : toByteString(previous.value);
          const { kind, key, value, modRevision } = event;
          return `${modRevision} ${kind} ${toByteString(key)} ${toByteString(value)} ${before}`;
        }),
      );
  }
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(fromByteString(text));
}

export function watch(key: string, rest: Partial<WatchCreateRequest> = {}): WatchCreateRequest {
  return {
    watchId: 0n,
    key: bytesOf(key),
    rangeEnd: bytesOf(""),
    startRevision: 0,
    progressNotify: false,
    noPut: false,
    noDelete: false,
    prevKv: false,
    fragment: false,
    ...rest,
  };
}

export class WatchStage {
  readonly replica: SingleReplica;
  readonly watches: WatchService;
  /** All that happened: revision, kind, key, value, and what was before. */
  readonly history: { revision: number; line: string; key: string; kind: "put" | "delete" }[] = [];
  readonly #values = new Map<string, string>();
  #count = 0;

  constructor(limits: Partial<WatchLimits> = {}, replica: SingleReplica = new SingleReplica()) {
    this.replica = replica;
    const { layout } = replica;
    const random = new SeededRandom(1);
    const logger = silentLogger;
    this.watches = new WatchService({ replica, clock, turn, random, logger, layout, limits });
  }

  /** A client with its own stream. */
  open(options: { readonly requireLeader?: boolean } = {}): OpenClient {
    const client = new WatchClient();
    const stream = this.watches.open(client, { requireLeader: options.requireLeader ?? false });
    return { client, stream };
  }

  get revision(): number {
    return this.replica.status().revision;
  }

  async put(key: string): Promise<void> {
    const value = `v${++this.#count}`;
    const options = { lease: 0n, prevKv: false, ignoreValue: false, ignoreLease: false };
    await this.replica.propose(
      { kind: "put", key: bytesOf(key), value: bytesOf(value), ...options },
      CALL,
    );
    this.#note("put", key, value);
    this.#values.set(key, value);
  }

  async remove(key: string, end: string): Promise<void> {
    await this.replica.propose(
      { kind: "delete-range", key: bytesOf(key), rangeEnd: bytesOf(end), prevKv: false },
      CALL,
    );
    for (const one of [...this.#values.keys()].sort()) {
      if (one < key || (end === "" ? one !== key : one >= end)) continue;
      this.#note("delete", one, "");
      this.#values.delete(one);
    }
  }

  async compact(revision: number): Promise<void> {
    await this.replica.propose({ kind: "compact", revision }, CALL);
    await this.replica.collected();
  }

  /** What a watch is to be told from a revision on. */
  expected(request: WatchCreateRequest, from: number): readonly string[] {
    const key = toByteString(request.key);
    const end = toByteString(request.rangeEnd);
    return this.history
      .filter(({ revision }) => revision >= from)
      .filter((one) =>
        end === "" ? one.key === key : one.key >= key && (end === "\0" || one.key < end),
      )
      .filter(({ kind }) => (kind === "put" ? !request.noPut : !request.noDelete))
      .map(({ line }) => (request.prevKv ? line : line.replace(/\S+$/, "-")));
  }

  #note(kind: "put" | "delete", key: string, value: string): void {
    const { revision } = this;
    const before = this.#values.get(key) ?? "-";
    this.history.push({
      revision,
      kind,
      key,
      line: `${revision} ${kind} ${key} ${value} ${before}`,
    });
  }
}

export interface OpenClient {
  readonly client: WatchClient;
  readonly stream: WatchStream;
}

/** Lets everything that is under way come to rest, the clients taking all they are told. */
export async function settle(clients: readonly OpenClient[], rounds = 200): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const { client, stream } of clients) {
      client.take();
      stream.taken();
    }
    await turn.next();
  }
}
