import {
  type ByteString,
  type LogIndex,
  needScan,
  pause,
  type RowWriter,
  type Steps,
  toByteString,
} from "@holdfast/base";
import type { CommandBatch, SessionExpireOperation, SessionOpenOperation } from "../command.ts";
import { RowEncoder } from "../rows/row-encoder.ts";
import {
  answersKey,
  partsOfAnswers,
  type RowLayout,
  sessionKey,
  sessionOf,
} from "../rows/row-layout.ts";
import { decodeSessionHead, encodeSessionHead } from "../rows/session-row.ts";
import { AnsweredRuns } from "./answered-runs.ts";

/** Sessions at once, in all of a group (decision 18). The same on every replica, so not to be configured. */
export const SESSIONS_MAX = 100_000;
/** Sessions of nodes find as much room beyond: it is in them that sessions of clients are ended. */
export const NODES_SESSIONS_MAX = 1_024;
/** The first sequence of a node's session, which is its opening; clients begin with 1. */
const NODES_OPENING_SEQUENCE = 0;

const PAGE_ROWS = 1000;

/** What is in memory of one session; its answers stand in rows. */
export interface Session {
  readonly id: ByteString;
  ackedBelow: number;
  /** The entry of its last batch. */
  lastIndex: LogIndex;
  readonly answered: AnsweredRuns;
}

/** A session that nothing has been heard of since some entry. */
export interface IdleSession {
  readonly session: ByteString;
  readonly lastIndex: LogIndex;
}

/** All sessions of a group, the one least lately heard of first. */
export class SessionTable {
  readonly #layout: RowLayout;
  readonly #rows: RowWriter;
  readonly #encoder = new RowEncoder();
  #sessions = new Map<ByteString, Session>();
  #endedUpTo: LogIndex = 0;

  constructor(rows: RowWriter, layout: RowLayout) {
    this.#rows = rows;
    this.#layout = layout;
  }

  /** The last entry of any session that has ended. */
  get endedUpTo(): LogIndex {
    return this.#endedUpTo;
  }

  get count(): number {
    return this.#sessions.size;
  }

  has(id: ByteString): boolean {
    return this.#sessions.has(id);
  }

  /** Those of which no batch was applied behind `index`, the longest idle first, at most `limit`. */
  idleSince(index: LogIndex, limit: number): readonly IdleSession[] {
    const idle: IdleSession[] = [];
    for (const { id, lastIndex } of this.#sessions.values()) {
      if (lastIndex > index || idle.length >= limit) break;
      idle.push({ session: id, lastIndex });
    }
    return idle;
  }

  /** Reads the table from its rows; {@link endedUpTo} stands elsewhere. */
  *load(endedUpTo: LogIndex): Steps<void> {
    this.#endedUpTo = endedUpTo;
    const sessions: Session[] = [];
    const byId = new Map<ByteString, Session>();
    let from = this.#layout.sessionPrefix;
    while (true) {
      const rows = yield* needScan({ from, to: this.#layout.sessionEnd, limit: PAGE_ROWS });
      for (const row of rows) {
        const id = sessionOf(this.#layout, row.key);
        const session = { id, ...decodeSessionHead(row.value), answered: new AnsweredRuns() };
        sessions.push(session);
        byId.set(id, session);
      }
      if (rows.length < PAGE_ROWS) break;
      from = `${rows.at(-1)?.key}\0`;
      yield* pause();
    }
    yield* this.#loadAnswers(byId);
    sessions.sort((a, b) => a.lastIndex - b.lastIndex);
    this.#sessions = new Map(sessions.map((session) => [session.id, session]));
  }

  /** The batch's session, with what the batch acknowledges taken in; `undefined` if it is not known. */
  enter(batch: CommandBatch, index: LogIndex): Session | undefined {
    const session = this.#sessions.get(toByteString(batch.session));
    if (session === undefined) return undefined;
    this.#touch(session, index);
    if (batch.ackedBelow > session.ackedBelow) {
      session.ackedBelow = batch.ackedBelow;
      for (const run of session.answered.takeBelow(session.ackedBelow)) {
        this.#rows.delete(answersKey(this.#layout, { session: session.id, ...run }));
      }
    }
    return session;
  }

  /** Makes the batch's session known, or says why not. */
  open(
    batch: CommandBatch,
    { behind }: SessionOpenOperation,
    index: LogIndex,
  ): Session | "session-expired" | "too-many-sessions" {
    const id = toByteString(batch.session);
    const known = this.#sessions.get(id);
    if (known !== undefined) return known;
    // Asked for before an ended session had its last entry, it may be that session's own, late by way of another node.
    if (behind !== undefined && behind < this.#endedUpTo) return "session-expired";
    const ofNode = batch.firstSequence === NODES_OPENING_SEQUENCE;
    const room = SESSIONS_MAX + (ofNode ? NODES_SESSIONS_MAX : 0);
    if (this.#sessions.size >= room) return "too-many-sessions";
    const answered = new AnsweredRuns();
    const session = { id, ackedBelow: batch.ackedBelow, lastIndex: index, answered };
    this.#sessions.set(id, session);
    return session;
  }

  /** Forgets those of the named sessions that are still idle, but never the one that asks. */
  *expire(operation: SessionExpireOperation, asker: ByteString): Steps<void> {
    for (const { session: bytes, idleSince } of operation.sessions) {
      const session = this.#sessions.get(toByteString(bytes));
      if (session === undefined || session.id === asker) continue;
      if (session.lastIndex > idleSince) continue;
      this.#endedUpTo = Math.max(this.#endedUpTo, session.lastIndex);
      this.#sessions.delete(session.id);
      this.#rows.delete(sessionKey(this.#layout, session.id));
      for (const run of session.answered.takeBelow(Number.POSITIVE_INFINITY)) {
        this.#rows.delete(answersKey(this.#layout, { session: session.id, ...run }));
      }
      yield* pause();
    }
  }

  /** Writes what of a session has changed beside its answers. */
  writeHead(session: Session): void {
    this.#rows.put(sessionKey(this.#layout, session.id), encodeSessionHead(this.#encoder, session));
  }

  #touch(session: Session, index: LogIndex): void {
    session.lastIndex = index;
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
  }

  *#loadAnswers(byId: ReadonlyMap<ByteString, Session>): Steps<void> {
    let from = this.#layout.answersPrefix;
    const to = this.#layout.answersEnd;
    while (true) {
      const rows = yield* needScan({ from, to, limit: PAGE_ROWS, keysOnly: true });
      for (const row of rows) {
        const { session, first, count } = partsOfAnswers(this.#layout, row.key);
        byId.get(session)?.answered.add({ first, count });
      }
      if (rows.length < PAGE_ROWS) return;
      from = `${rows.at(-1)?.key}\0`;
      yield* pause();
    }
  }
}
