import {
  assert,
  type ByteString,
  commitPart,
  type LogIndex,
  needRows,
  pause,
  type Revision,
  type RowWriter,
  type Steps,
  type Term,
} from "@holdfast/base";
import { AlarmTable } from "./alarms/alarm-table.ts";
import type { AppliedEntry } from "./applied-entry.ts";
import { applyDeleteRange } from "./apply/apply-delete-range.ts";
import { applyLease, type EntryAt } from "./apply/apply-lease.ts";
import { applyPut } from "./apply/apply-put.ts";
import { applyTxn } from "./apply/apply-txn.ts";
import { CompactionPoint } from "./apply/compaction-point.ts";
import { Publication } from "./apply/publication.ts";
import { RevisionWriter } from "./apply/revision-writer.ts";
import { Collection } from "./collect/collection.ts";
import type { CollectionPart } from "./collect/collection-part.ts";
import type { AlarmOperation, ApplyFailure, Operation } from "./command.ts";
import { RecentHashes } from "./hash/recent-hashes.ts";
import { nextRollingHash } from "./hash/rolling-hash.ts";
import { LeaseTable } from "./leases/lease-table.ts";
import { type Commands, commandsOf, type PreparedBatch, prepareBatch } from "./prepared-entry.ts";
import { fetchRecords } from "./read/fetch-records.ts";
import type { StatePoint } from "./read/state-point.ts";
import type { FailedResult, OperationResult } from "./result.ts";
import {
  decodeMeta,
  encodeMeta,
  FRESH_STATE,
  type StateMeta,
  stateFormatOf,
} from "./rows/meta-row.ts";
import { RowEncoder } from "./rows/row-encoder.ts";
import { type RowLayout, rowLayout } from "./rows/row-layout.ts";
import { ANSWER_BYTES_MAX } from "./sessions/answer-bytes.ts";
import { EntryAnswers } from "./sessions/entry-answers.ts";
import { SessionBatchRun } from "./sessions/session-batch.ts";
import { type IdleSession, SessionTable } from "./sessions/session-table.ts";
import type { StateMachineOptions } from "./state-machine-options.ts";

/** Idle sessions that are named at once. */
const IDLE_SESSIONS_MAX = 1000;

/**
 * The replicated key-value store: committed entries in, rows and answers out. A
 * function of the log, so that equal entries give equal rows everywhere.
 *
 * {@link open} first, then {@link apply} for every entry in turn, each driven to
 * its end before the next begins. Should a step throw or be given up, what was
 * not published is void and the machine must be made anew from its rows.
 */
export class StateMachine {
  readonly layout: RowLayout;
  readonly #rows: RowWriter;
  readonly #encoder = new RowEncoder();
  readonly #publication: Publication;
  readonly #options: StateMachineOptions;
  #meta: StateMeta = FRESH_STATE;
  #entry: EntryAt = { index: 0, term: 0 };
  #leases: LeaseTable;
  #alarms: AlarmTable;
  #revision: RevisionWriter;
  #sessions: SessionTable;
  #collection: Collection;
  #hashes: RecentHashes = new RecentHashes(0, 0);
  readonly #compacted = new CompactionPoint();
  #state: "closed" | "ready" | "busy" = "closed";

  constructor(options: StateMachineOptions) {
    this.#rows = options.writer;
    assert(
      (options.answerBytesMax ?? ANSWER_BYTES_MAX) >= ANSWER_BYTES_MAX,
      `an answer of ${ANSWER_BYTES_MAX} bytes is kept, so it must be given`,
    );
    this.#options = options;
    this.#publication = new Publication(this.#rows, options.published);
    this.layout = rowLayout(options.group);
    this.#leases = new LeaseTable(this.#rows, this.layout);
    this.#alarms = new AlarmTable(this.#rows, this.layout);
    this.#revision = this.#revisionWriter();
    this.#sessions = new SessionTable(this.#rows, this.layout);
    this.#collection = new Collection(this.#rows, this.layout);
  }

  /** The store's revision, as readers may see it. */
  get revision(): Revision {
    return this.#meta.revision;
  }

  /** The smallest revision that can be read; -1 as long as nothing was compacted. */
  get compactRevision(): Revision {
    return this.#meta.compactRevision;
  }

  /** What a read that begins in this turn sees. */
  get point(): StatePoint {
    return { revision: this.#meta.revision, compactRevision: this.#meta.compactRevision };
  }

  /** The last entry that was applied to its end. */
  get applied(): { readonly index: LogIndex; readonly term: Term } {
    return { index: this.#meta.appliedIndex, term: this.#meta.appliedTerm };
  }

  /** CRC-32C over all applied entries: equal on all replicas at equal {@link applied} (decision 15). */
  get rollingHash(): number {
    return this.#meta.rollingHash;
  }

  /**
   * The {@link rollingHash} when `index` was the last applied entry: of the last 10,000,
   * as far as this machine applied them itself. `undefined` where it is not known.
   */
  rollingHashAt(index: LogIndex): number | undefined {
    return this.#hashes.at(index);
  }

  /** Nothing is left in the rows of what compactions up to this revision freed; -1: nothing was collected. */
  get collected(): Revision {
    return this.#collection.collected;
  }

  /** Whether no entry is being applied, so that {@link writeCollection} may be called. */
  get isReady(): boolean {
    return this.#state === "ready";
  }

  /** As entries applied so far left them; of one that is being applied, what it did so far. */
  get leases(): Pick<LeaseTable, "count" | "counts" | "find" | "all" | "observe"> {
    return this.#leases;
  }

  get alarms(): Pick<AlarmTable, "all" | "automatic" | "count" | "refusal"> {
    return this.#alarms;
  }

  get sessions(): number {
    return this.#sessions.count;
  }

  hasSession(id: ByteString): boolean {
    return this.#sessions.has(id);
  }

  /** Sessions of which no batch was applied behind `index`, the longest idle first: candidates to expire. */
  sessionsIdleSince(index: LogIndex, limit: number = IDLE_SESSIONS_MAX): readonly IdleSession[] {
    return this.#sessions.idleSince(index, limit);
  }

  /**
   * Reads how far the state has come, the sessions, the leases and the alarms; of keys nothing.
   *
   * @throws DamagedRowError
   */
  *open(): Steps<void> {
    this.#state = "closed";
    const [row] = yield* needRows([this.layout.metaKey]);
    this.#meta = row === undefined ? FRESH_STATE : decodeMeta(row);
    this.#leases = new LeaseTable(this.#rows, this.layout);
    yield* this.#leases.load();
    this.#alarms = new AlarmTable(this.#rows, this.layout);
    yield* this.#alarms.load();
    this.#revision = this.#revisionWriter();
    this.#sessions = new SessionTable(this.#rows, this.layout);
    yield* this.#sessions.load(this.#meta.sessionsEndedUpTo);
    this.#collection = new Collection(this.#rows, this.layout);
    yield* this.#collection.load();
    this.#hashes = new RecentHashes(this.#meta.appliedIndex, this.#meta.rollingHash);
    this.#compacted.begin(this.#meta.compactRevision);
    this.#publication.begin(this.#meta);
    this.#state = "ready";
  }

  /**
   * Plans the next part of collecting what compactions freed; `undefined` if nothing is
   * left. It only reads, so it runs like any read, beside entries that are applied; then
   * {@link writeCollection}. One part at a time.
   */
  planCollection(): Steps<CollectionPart | undefined> {
    return this.#collection.plan(this.#meta.compactRevision);
  }

  /**
   * Writes and publishes a part that was planned, between two entries. What can be read,
   * and every hash, is the same before and after.
   */
  writeCollection(part: CollectionPart): void {
    assert(this.isReady, `a state machine that is ${this.#state} cannot collect`);
    this.#collection.write(part);
    this.#rows.publish();
  }

  /** Reads a payload ahead of applying it, so that the rows it touches can be fetched. */
  prepare(payload: Uint8Array): PreparedBatch | undefined {
    return prepareBatch(payload, this.layout);
  }

  /**
   * Applies the next entry and answers each of its operations, in order. Data and
   * {@link applied} are written together; the driver keeps them together.
   *
   * Bytes that are no batch are answered by one failure: every replica finds them
   * so. A batch of an unknown version is not: newer software may apply it, so this
   * replica must not step over it.
   *
   * @throws MalformedCommandError on a batch of an unknown version
   * @throws DamagedRowError
   */
  *apply(entry: AppliedEntry): Steps<readonly OperationResult[]> {
    assert(this.#state === "ready", `a state machine that is ${this.#state} cannot apply`);
    assert(
      entry.index === this.#meta.appliedIndex + 1,
      `entry ${entry.index} does not follow entry ${this.#meta.appliedIndex}`,
    );
    this.#state = "busy";
    this.#entry = entry;
    const results = entry.payload === undefined ? [] : yield* this.#applyCommands(entry);
    yield* this.#leases.write(this.#revision.work);
    this.#revision.writeBlock();
    this.#meta = {
      appliedIndex: entry.index,
      appliedTerm: entry.term,
      revision: this.#revision.revision,
      compactRevision: this.#compacted.revision,
      sessionsEndedUpTo: this.#sessions.endedUpTo,
      rollingHash: nextRollingHash(this.#meta.rollingHash, entry),
    };
    this.#writeMeta();
    this.#publish();
    this.#hashes.add(this.#meta.rollingHash);
    this.#state = "ready";
    return results;
  }

  *#applyCommands(entry: AppliedEntry): Steps<readonly OperationResult[]> {
    const commands = commandsOf(entry);
    if (commands === undefined) return [this.#failed({ reason: "malformed" })];
    return yield* this.#applyBatch(commands, entry.index);
  }

  *#applyBatch({ batch, keys }: Commands, index: LogIndex): Steps<readonly OperationResult[]> {
    this.#revision.begin(yield* fetchRecords(keys, this.layout));
    let run = this.#runOf(this.#sessions.enter(batch, index));
    // An operation before its session would be applied by who goes on from a part.
    const mayEndPart = run !== undefined || batch.operations[0]?.kind === "session-open";
    const answers = new EntryAnswers(this.#options.entryAnswersBytesMax);
    for (const [position, operation] of batch.operations.entries()) {
      if (operation.kind === "session-open") {
        const opened = run?.session ?? this.#sessions.open(batch, operation, index);
        if (typeof opened === "string") {
          answers.add(this.#failed({ reason: opened }));
          continue;
        }
        run ??= this.#runOf(opened);
      }
      answers.add(yield* this.#answer(operation, batch.firstSequence + position, run));
      if (this.#revision.takePartEnd() && run !== undefined && mayEndPart)
        yield* this.#endPart(run);
      if (this.#revision.work.spend()) yield* pause();
    }
    if (run !== undefined) this.#endRun(run);
    return answers.all;
  }

  #endRun(run: SessionBatchRun): void {
    run.writeAnswers();
    this.#sessions.writeHead(run.session);
  }

  /**
   * Lets what the entry's operations did so far become durable, so that what they delete
   * together is not all in memory (docs/decisions/0010). The entry is not applied yet: who restarts here applies
   * it again, and the session has kept which of its operations were done, and their answers.
   */
  *#endPart(run: SessionBatchRun): Steps<void> {
    this.#endRun(run);
    yield* this.#leases.write(this.#revision.work);
    this.#endRevisions();
    this.#writeMeta();
    this.#publish();
    yield* commitPart(this.#meta.appliedIndex);
  }

  *#answer(
    operation: Operation,
    sequence: number,
    run: SessionBatchRun | undefined,
  ): Steps<OperationResult> {
    if (operation.kind === "session-open") {
      return { kind: "session-open", revision: this.#revision.revision };
    }
    if (run === undefined) return this.#failed({ reason: "session-expired" });
    return yield* this.#applyOnce(operation, sequence, run);
  }

  /** Applies an operation unless its session has had it applied before (decision 18). */
  *#applyOnce(
    operation: Exclude<Operation, { readonly kind: "session-open" }>,
    sequence: number,
    run: SessionBatchRun,
  ): Steps<OperationResult> {
    switch (run.standingOf(sequence)) {
      case "forgotten":
        return this.#failed({ reason: "sequence-forgotten" });
      case "beyond-window":
        return this.#failed({ reason: "sequence-beyond-window" });
      case "answered":
        return yield* run.recall(sequence);
      case "fresh": {
        const result = this.#answerTo(yield* this.#applyOperation(operation, run));
        run.record(sequence, result);
        if (this.#revision.endOperation()) this.#publishRevisions();
        return result;
      }
    }
  }

  *#applyOperation(
    operation: Exclude<Operation, { readonly kind: "session-open" }>,
    run: SessionBatchRun,
  ): Steps<OperationResult> {
    const refusal = this.#alarms.refusal(operation);
    if (refusal !== undefined) return this.#failed(refusal);
    switch (operation.kind) {
      case "put":
        return yield* applyPut(operation, this.#revision);
      case "delete-range":
        return yield* applyDeleteRange(operation, this.#revision);
      case "txn":
        return yield* applyTxn(operation, this.#revision, this.#compacted.revision);
      case "compact":
        return this.#compacted.apply(operation, this.#revision.revision);
      case "alarm":
        return this.#alarm(operation);
      case "session-expire":
        yield* this.#sessions.expire(operation, run.session.id);
        return { kind: "session-expire", revision: this.#revision.revision };
      default:
        return yield* applyLease(operation, this.#revision, this.#entry);
    }
  }

  /** An answer that weighs too much is not given; what was done stands, and the answer says so. */
  #answerTo(result: OperationResult): OperationResult {
    if (!this.#revision.answer.isExceeded) return result;
    return { kind: "answer-gone", revision: result.revision };
  }

  #alarm(operation: AlarmOperation): OperationResult {
    const found = this.#alarms.apply(operation);
    if (typeof found !== "boolean") return this.#failed(found);
    return { kind: "alarm", revision: this.#revision.revision, found };
  }

  /**
   * Shows the revisions so far. Done at the end of an entry, and before where its
   * block is full: revisions are published by the block, which then is there too.
   */
  #publishRevisions(): void {
    this.#endRevisions();
    this.#publish();
  }

  #publish(): void {
    this.#publication.publish(this.#meta, this.#revision.changes);
  }

  #endRevisions(): void {
    this.#revision.writeBlock();
    const { revision } = this.#revision;
    this.#meta = { ...this.#meta, revision, compactRevision: this.#compacted.revision };
  }

  #writeMeta(): void {
    const counts = { leases: this.#leases.count, alarms: this.#alarms.count };
    const format = stateFormatOf({ ...this.#meta, ...counts });
    this.#rows.put(this.layout.metaKey, encodeMeta(this.#encoder, this.#meta, format));
  }

  #runOf(session: SessionBatchRun["session"] | undefined): SessionBatchRun | undefined {
    if (session === undefined) return undefined;
    return new SessionBatchRun(session, this.#rows, this.layout);
  }

  #failed(failure: ApplyFailure): FailedResult {
    return { kind: "failed", revision: this.#revision.revision, failure };
  }

  #revisionWriter(): RevisionWriter {
    const { revision } = this.#meta;
    const start = { layout: this.layout, leases: this.#leases, revision };
    return new RevisionWriter(this.#rows, { ...this.#options, ...start });
  }
}
