import { type Clock, emptyBytes } from "@holdfast/base";
import {
  decodeRangeResults,
  decodeResults,
  isReadRefusal,
  type OperationResult,
} from "@holdfast/state-machine";
import { longestPatience } from "./call.ts";
import type { ClientLimits } from "./client-limits.ts";
import { decodedAnswers } from "./decoded-answers.ts";
import type { FlightCrew, FlightPorts } from "./flight-crew.ts";
import { failureError } from "./operation-answer.ts";
import type { ReadCall, ReadGroup } from "./read-queue.ts";
import {
  detailsOf,
  malformedAnswerError,
  RequestError,
  readRefusedError,
  sessionExpiredError,
} from "./request-error.ts";
import { RetryTimer } from "./retry-timer.ts";
import type {
  FailureReply,
  ReadResultsReply,
  ResultsReply,
  SessionReply,
} from "./session-transport.ts";
import { StallWatch } from "./stall-watch.ts";
import type { WriteBatch, WriteCall } from "./write-window.ts";

/**
 * Sends what is in flight, sends it again when a copy was lost or refused, and
 * hands out the answers.
 *
 * 1. A batch is sent again only as the same bytes under the same sequences, so the cluster
 *    recognises the copy.
 * 2. After `SESSION_EXPIRED` nothing of that session is sent again (decision 18).
 */
export class FlightControl {
  readonly #clock: Clock;
  readonly #crew: FlightCrew;
  readonly #batchBytesMax: number;
  readonly #stall: StallWatch;
  readonly #retry: RetryTimer;
  #lastRefusal: RequestError | undefined;

  constructor(ports: FlightPorts, limits: ClientLimits, crew: FlightCrew) {
    this.#clock = ports.clock;
    this.#crew = crew;
    this.#batchBytesMax = limits.batchBytesMax;
    this.#stall = new StallWatch(ports.clock, limits.stallMs, {
      isWaiting: () => this.#hasSomethingOut(),
      nodes: () => crew.link.addresses.length,
      stalled: (ms) => crew.link.move(`no answer for ${ms} ms`),
    });
    this.#retry = new RetryTimer(ports, limits, () => {
      this.resend();
      if (crew.link.isReady) this.launch();
    });
  }

  /** Why the last request was turned away, while nothing has been answered since. */
  get lastRefusal(): RequestError | undefined {
    return this.#lastRefusal;
  }

  /** Sends what waits, as far as the windows have room. */
  launch(): void {
    const { writes, reads } = this.#crew;
    for (;;) {
      const batch = writes.take();
      const group = reads.take("linearizable");
      if (batch === undefined && group === undefined) break;
      if (batch === undefined || group === undefined || this.#fitTogether(batch, group)) {
        this.#send(batch, group);
        continue;
      }
      this.#send(batch, undefined);
      this.#send(undefined, group);
    }
    for (;;) {
      const group = reads.take("serializable");
      if (group === undefined) break;
      this.#send(undefined, group);
    }
  }

  /** What is larger than a frame each by itself must not make one that no node takes. */
  #fitTogether({ bytes: commands }: WriteBatch, { bytes: queries }: ReadGroup): boolean {
    return commands.length + queries.length <= this.#batchBytesMax;
  }

  /** Sends again what is in flight and with no node. */
  resend(): void {
    const { link, writes, reads } = this.#crew;
    if (!link.isReady) return;
    for (const batch of writes.batches()) if (!batch.isOut) this.#send(batch, undefined);
    for (const group of reads.groups()) if (!group.isOut) this.#send(undefined, group);
  }

  /** The stream is gone, and with it the copies that were not answered. */
  broken(): void {
    this.#stall.stop();
    this.#retry.stop();
    for (const batch of this.#crew.writes.batches()) {
      batch.isUncertain ||= batch.isOut;
      batch.isOut = false;
    }
    for (const group of this.#crew.reads.groups()) group.isOut = false;
    this.#crew.writes.dropIdleOpening();
  }

  received(reply: SessionReply): void {
    this.#stall.heard();
    switch (reply.kind) {
      case "results":
        this.#settleWrites(reply);
        break;
      case "read-results":
        this.#settleReads(reply);
        break;
      case "failure":
        this.#refused(reply);
        break;
      case "started":
        break;
    }
  }

  stop(): void {
    this.#stall.stop();
    this.#retry.stop();
  }

  #send(batch: WriteBatch | undefined, group: ReadGroup | undefined): void {
    const calls = [...(batch?.calls ?? []), ...(group?.calls ?? [])];
    if (batch !== undefined) batch.isOut = true;
    if (batch?.isOpening === true) this.#crew.writes.openingSent();
    if (group !== undefined) group.isOut = true;
    this.#crew.link.send({
      kind: "turn",
      commands: batch?.bytes ?? emptyBytes(),
      readId: group?.readId ?? 0,
      queries: group?.bytes ?? emptyBytes(),
      timeoutMs: Math.max(longestPatience(calls, this.#clock.now()), this.#openingMs(batch)),
      serializable: group?.serializable ?? false,
    });
    this.#stall.sent();
  }

  /** How long a session's opening may take: as long as anything waits for it, and not too short to be done. */
  #openingMs(batch: WriteBatch | undefined): number {
    if (batch?.isOpening !== true) return 0;
    const waitMs = this.#crew.writes.latestDeadline - this.#clock.now();
    return Math.max(OPENING_MS_LEAST, Math.ceil(waitMs));
  }

  #hasSomethingOut(): boolean {
    for (const batch of this.#crew.writes.batches()) if (batch.isOut) return true;
    for (const group of this.#crew.reads.groups()) if (group.isOut) return true;
    return false;
  }

  #settleWrites(reply: ResultsReply): void {
    const batch = this.#crew.writes.find(reply.firstSequence);
    if (batch === undefined) return;
    const results = decodedAnswers(() => decodeResults(reply.results), batch.operations);
    if (results instanceof RequestError) {
      this.#endBatch(batch, results);
      this.#crew.progressed();
      return;
    }
    this.#crew.sessionUsed();
    if (batch.isOpening) {
      this.#settleOpening(batch, results[0]);
      return;
    }
    let isExpired = false;
    this.#crew.writes.remove(batch);
    for (const [position, call] of batch.calls.entries()) {
      const result = results[position];
      if (result?.kind === "failed" && result.failure.reason === "session-expired") {
        isExpired = true;
        call.fail(sessionExpiredError("unknown"));
      } else if (result !== undefined) call.answer(result);
    }
    if (isExpired) this.#expire();
    else this.#answered();
  }

  #settleOpening(opening: WriteBatch, result: OperationResult | undefined): void {
    if (result?.kind === "session-open") this.#crew.writes.opened(opening);
    else if (result?.kind === "failed" && result.failure.reason === "session-expired") {
      // Asked of a node that was far behind: nothing was done in it, and what waits goes into another.
      this.#crew.writes.remove(opening);
      return this.#crew.sessionExpired();
    } else if (result?.kind === "failed") this.#endBatch(opening, failureError(result.failure));
    else this.#endBatch(opening, malformedAnswerError("another answer than the opening's", result));
    this.#answered();
  }

  #settleReads(reply: ReadResultsReply): void {
    const group = this.#crew.reads.find(reply.readId);
    if (group === undefined) return;
    const results = decodedAnswers(() => decodeRangeResults(reply.results), group.calls.length);
    if (results instanceof RequestError) {
      this.#endGroup(group, results);
      this.#crew.progressed();
      return;
    }
    this.#crew.reads.remove(group);
    for (const [position, call] of group.calls.entries()) {
      const result = results[position];
      if (result === undefined) continue;
      if (isReadRefusal(result)) call.fail(readRefusedError(result));
      else call.answer(result);
    }
    this.#answered();
  }

  #answered(): void {
    this.#lastRefusal = undefined;
    this.#retry.succeeded();
    this.#crew.link.confirm();
    this.#crew.progressed();
  }

  #refused(reply: FailureReply): void {
    if (reply.code === "SESSION_EXPIRED") {
      this.#expire();
      return;
    }
    const { writes, reads, link } = this.#crew;
    const batch = reply.firstSequence === 0 ? undefined : writes.find(reply.firstSequence);
    const group = reply.readId === 0 ? undefined : reads.find(reply.readId);
    if (batch !== undefined) this.#batchRefused(batch, reply);
    if (group !== undefined) this.#groupRefused(group, reply);
    if (batch === undefined && group === undefined) return;
    if (!reply.retryable) {
      this.#crew.progressed();
      return;
    }
    this.#lastRefusal = new RequestError(reply);
    if (isOfThisNode(reply.code) && link.addresses.length > 1) link.move(reply.message);
    else this.#retry.schedule();
  }

  #batchRefused(batch: WriteBatch, reply: FailureReply): void {
    batch.isOut = false;
    if (reply.retryable) {
      batch.isUncertain ||= reply.outcome !== "not-applied";
      this.#crew.writes.dropIdleOpening();
      return;
    }
    if (batch.calls.length > 1 && reply.outcome === "not-applied" && !batch.isUncertain) {
      this.#crew.writes.split(batch);
      return;
    }
    const isKnown = reply.outcome === "applied" || !batch.isUncertain;
    this.#endBatch(
      batch,
      new RequestError({ ...reply, outcome: isKnown ? reply.outcome : "unknown" }),
    );
  }

  #groupRefused(group: ReadGroup, reply: FailureReply): void {
    group.isOut = false;
    if (reply.retryable) return;
    if (group.calls.length === 1) {
      this.#endGroup(group, new RequestError({ ...reply, outcome: "not-applied" }));
      return;
    }
    for (const single of this.#crew.reads.split(group)) this.#send(undefined, single);
  }

  /** Fails the calls of a batch; those that wait, with which nothing was done yet, where it is the opening. */
  #endBatch(batch: WriteBatch, error: RequestError): void {
    const { writes } = this.#crew;
    if (batch.isOpening) {
      const notApplied = new RequestError({ ...detailsOf(error), outcome: "not-applied" });
      failAll(writes.refused(batch), notApplied);
      return;
    }
    writes.remove(batch);
    failAll(batch.calls, error);
  }

  #endGroup(group: ReadGroup, error: RequestError): void {
    this.#crew.reads.remove(group);
    failAll(group.calls, error);
  }

  #expire(): void {
    for (const batch of [...this.#crew.writes.batches()]) {
      this.#endBatch(batch, sessionExpiredError("unknown"));
    }
    this.#crew.sessionExpired();
  }
}

/** A session's opening is given so long at least, ms, for more than the next write may need it. */
const OPENING_MS_LEAST = 1000;

/** Refusals that another node may not share. */
function isOfThisNode(code: string): boolean {
  return code === "NO_LEADER" || code === "STOPPED";
}

function failAll(calls: readonly (WriteCall | ReadCall)[], error: RequestError): void {
  for (const call of calls) call.fail(error);
}
