import { messageOf, type Turn } from "@holdfast/base";
import {
  decodeBatch,
  decodeQueries,
  encodeRangeResults,
  encodeResults,
} from "@holdfast/state-machine";
import type {
  FailureReply,
  SessionFrame,
  SessionReply,
  SessionStream,
  SessionStreamHandlers,
  SessionTransport,
  TurnFrame,
} from "../src/core/session-transport.ts";
import { MemoryMachine } from "./memory-machine.ts";

/** What a node does with a turn. */
export type NodeMood =
  /** Applies it and answers. */
  | { readonly kind: "serves" }
  /** Applies it and keeps the answer to itself. */
  | { readonly kind: "mute" }
  /** Has no quorum: answers what it can alone. */
  | { readonly kind: "alone" }
  /** Cannot read batches: ends the stream over each. */
  | { readonly kind: "chokes" }
  /** Takes it and does nothing, like a paused process. */
  | { readonly kind: "paused" }
  /** Turns streams away as they start. */
  | { readonly kind: "rejects"; readonly code: string; readonly retryable: boolean }
  /** Turns it away. */
  | { readonly kind: "refuses"; readonly code: string; readonly retryable: boolean };

/** One frame that reached a node. */
export interface SeenFrame {
  readonly address: string;
  readonly frame: SessionFrame;
}

/**
 * The server half of Session over memory: nodes that share one real state machine,
 * as a committed log would make them. Every step takes a turn.
 */
export class MemoryCluster implements SessionTransport {
  /** What `SessionStarted` says of the members. */
  addresses: readonly string[];
  readonly seen: SeenFrame[] = [];
  readonly machine = new MemoryMachine();
  readonly #turn: Turn;
  readonly #moods = new Map<string, NodeMood>();
  readonly #down = new Set<string>();
  readonly #streams = new Set<MemoryStream>();
  /** What `SessionStarted` says of the window. */
  window = 8192;

  constructor(turn: Turn, addresses: readonly string[]) {
    this.#turn = turn;
    this.addresses = addresses;
  }

  open(address: string, handlers: SessionStreamHandlers): SessionStream {
    const stream = new MemoryStream(this, address, handlers);
    this.#streams.add(stream);
    if (this.#down.has(address)) this.later(() => stream.end("connection refused"));
    return stream;
  }

  later(task: () => void): void {
    this.#turn.soon(task);
  }

  moodOf(address: string): NodeMood {
    return this.#moods.get(address) ?? { kind: "serves" };
  }

  isDown(address: string): boolean {
    return this.#down.has(address);
  }

  set(mood: NodeMood, addresses: readonly string[] = this.addresses): void {
    for (const address of addresses) this.#moods.set(address, mood);
  }

  /** Breaks all streams to these nodes and refuses new ones until {@link start}. */
  kill(...addresses: readonly string[]): void {
    for (const address of addresses) this.#down.add(address);
    for (const stream of [...this.#streams]) {
      if (addresses.includes(stream.address)) stream.end("connection reset");
    }
  }

  start(...addresses: readonly string[]): void {
    for (const address of addresses) this.#down.delete(address);
  }

  /** Breaks all streams; the nodes take new ones at once. */
  breakStreams(): void {
    for (const stream of [...this.#streams]) stream.end("connection reset");
  }

  /** Says on all streams who the members are by now. */
  tellMembers(): void {
    for (const stream of this.#streams) stream.tellStarted();
  }

  forget(stream: MemoryStream): void {
    this.#streams.delete(stream);
  }

  /** Streams that stand. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Turns that arrived, in their order. */
  get turns(): readonly TurnFrame[] {
    return this.seen.map(({ frame }) => frame).filter((frame) => frame.kind === "turn");
  }
}

/** One stream as the server sees it. */
class MemoryStream implements SessionStream {
  readonly address: string;
  readonly #cluster: MemoryCluster;
  readonly #handlers: SessionStreamHandlers;
  #isOver = false;

  constructor(cluster: MemoryCluster, address: string, handlers: SessionStreamHandlers) {
    this.#cluster = cluster;
    this.address = address;
    this.#handlers = handlers;
  }

  send(frame: SessionFrame): void {
    if (this.#isOver) return;
    this.#cluster.later(() => {
      if (this.#isOver || this.#cluster.isDown(this.address)) return;
      this.#cluster.seen.push({ address: this.address, frame });
      this.#serve(frame);
    });
  }

  close(): void {
    this.#isOver = true;
    this.#cluster.forget(this);
  }

  end(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#handlers.ended(reason);
  }

  #serve(frame: SessionFrame): void {
    const mood = this.#cluster.moodOf(this.address);
    if (mood.kind === "paused") return;
    if (mood.kind === "rejects") {
      this.#reply(failure({ ...mood, firstSequence: 0, readId: 0 }));
      return;
    }
    if (frame.kind === "start") return this.tellStarted();
    if (frame.kind === "end") return this.end("the session's stream ended here");
    const isMute = mood.kind === "mute";
    for (const reply of this.#answer(frame, mood)) if (!isMute) this.#reply(reply);
  }

  tellStarted(): void {
    const { window, addresses } = this.#cluster;
    this.#reply({
      kind: "started",
      protocol: 1,
      clusterId: 1,
      memberId: 1,
      window,
      turnBytesMax: 0,
      endpoints: addresses,
    });
  }

  #answer(frame: TurnFrame, mood: NodeMood): readonly SessionReply[] {
    const replies: SessionReply[] = [];
    const { machine } = this.#cluster;
    const hasCommands = frame.commands.length > 0;
    const firstSequence = hasCommands ? decodeBatch(frame.commands).firstSequence : 0;
    if (mood.kind === "refuses") {
      const { code, retryable } = mood;
      return [failure({ code, retryable, firstSequence, readId: frame.readId })];
    }
    if (mood.kind === "chokes" && hasCommands) {
      return [failure({ code: "MALFORMED", retryable: false, firstSequence: 0, readId: 0 })];
    }
    const isAlone = mood.kind === "alone";
    if (hasCommands && !isAlone) {
      const results = encodeResults(machine.apply(frame.commands));
      replies.push({ kind: "results", firstSequence, results });
    }
    if (frame.readId !== 0 && (frame.serializable || !isAlone)) {
      try {
        const results = encodeRangeResults(machine.read(decodeQueries(frame.queries)));
        replies.push({ kind: "read-results", readId: frame.readId, results });
      } catch (error) {
        const { readId } = frame;
        replies.push(
          failure({
            code: "INVALID_ARGUMENT",
            retryable: false,
            firstSequence: 0,
            readId,
            message: messageOf(error),
          }),
        );
      }
    }
    return replies;
  }

  #reply(reply: SessionReply): void {
    this.#cluster.later(() => {
      if (!this.#isOver) this.#handlers.received(reply);
    });
  }
}

function failure(
  fields: Pick<FailureReply, "code" | "retryable" | "firstSequence" | "readId"> & {
    readonly message?: string;
  },
): FailureReply {
  const { code, retryable, firstSequence, readId, message = `refused: ${code}` } = fields;
  const outcome = "not-applied";
  return { kind: "failure", code, retryable, firstSequence, readId, message, outcome };
}
