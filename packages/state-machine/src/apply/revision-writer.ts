import type { ByteString, Revision, RowWriter } from "@holdfast/base";
import type { LeaseTable } from "../leases/lease-table.ts";
import { AnswerBudget } from "../read/answer-budget.ts";
import type { RowSource } from "../read/state-point.ts";
import { BLOCK_BYTES_TARGET, tombstone } from "../rows/block.ts";
import { type CurrentRecord, encodeCurrent, INLINE_VALUE_BYTES } from "../rows/current-row.ts";
import { encodeHistory } from "../rows/history-row.ts";
import { OpenBlock } from "../rows/open-block.ts";
import { RowEncoder } from "../rows/row-encoder.ts";
import { blockKey, currentKey, historyKey, type RowLayout } from "../rows/row-layout.ts";
import type { StateMachineOptions } from "../state-machine-options.ts";
import { PART_DELETIONS, REVISION_DELETIONS_MAX } from "./revision-deletions.ts";
import { type AppliedEvent, UnpublishedChanges } from "./unpublished-changes.ts";
import { WorkMeter } from "./work-meter.ts";

type RevisionLimits = Pick<
  StateMachineOptions,
  "answerBytesMax" | "inlineBytesMax" | "revisionDeletionsMax" | "partDeletions"
>;

/** What a key becomes. */
export interface NewVersion {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly lease: bigint;
}

/**
 * Writes the changes of one entry, one revision after the other: the rows, the
 * block of events behind them, and the records that the entry fetched ahead.
 *
 * A revision is that of one operation: all its changes share it, numbered by
 * `sub`, and an operation without changes takes none.
 */
export class RevisionWriter implements RowSource {
  readonly layout: RowLayout;
  readonly leases: LeaseTable;
  readonly open: OpenBlock = new OpenBlock();
  readonly work: WorkMeter = new WorkMeter();
  readonly changes: UnpublishedChanges = new UnpublishedChanges();
  /** What the answer to the running operation may weigh. */
  readonly answer: AnswerBudget;
  /** How many keys a revision may delete; who writes asks first. */
  readonly deletionsMax: number;
  readonly #partDeletions: number;
  readonly #rows: RowWriter;
  readonly #encoder = new RowEncoder();
  readonly #inlineBytesMax: number;
  #records = new Map<ByteString, CurrentRecord | undefined>();
  #ended: Revision;
  #sub = 0;
  #filled = false;
  /** Keys deleted since the last commit point. */
  #deletions = 0;

  constructor(
    rows: RowWriter,
    start: RevisionLimits & {
      readonly layout: RowLayout;
      readonly leases: LeaseTable;
      readonly revision: Revision;
    },
  ) {
    this.#rows = rows;
    this.leases = start.leases;
    this.answer = new AnswerBudget(start.answerBytesMax);
    this.deletionsMax = start.revisionDeletionsMax ?? REVISION_DELETIONS_MAX;
    this.#partDeletions = start.partDeletions ?? PART_DELETIONS;
    this.#inlineBytesMax = start.inlineBytesMax ?? INLINE_VALUE_BYTES;
    this.layout = start.layout;
    this.#ended = start.revision;
  }

  /** The store's revision as the running operation sees it: one more once it changed something. */
  get revision(): Revision {
    return this.#sub > 0 ? this.#ended + 1 : this.#ended;
  }

  /** The latest versions of the keys that were fetched ahead, with all changes so far. */
  get records(): ReadonlyMap<ByteString, CurrentRecord | undefined> {
    return this.#records;
  }

  /** Takes what was fetched for the entry that begins. */
  begin(records: Map<ByteString, CurrentRecord | undefined>): void {
    this.#records = records;
    this.#deletions = 0;
  }

  /** Gives a key a new version; `previous` is its latest one. */
  put(key: ByteString, previous: CurrentRecord | undefined, next: NewVersion): void {
    const modRevision = this.#ended + 1;
    const createRevision = previous?.createRevision ?? modRevision;
    const version = (previous?.version ?? 0) + 1;
    const { value, lease } = next;
    const sub = this.#sub++;
    const event: AppliedEvent = {
      kind: "put",
      key: next.key,
      value,
      createRevision,
      modRevision,
      sub,
      version,
      lease,
      before: previous,
    };
    this.changes.add(event);
    const { blockRevision, blockSub, ordinal } = this.open.add(event);
    const record: CurrentRecord = {
      createRevision,
      modRevision,
      version,
      lease,
      value: value.length <= this.#inlineBytesMax ? value : undefined,
      blockRevision,
      blockSub,
      ordinal,
    };
    this.#records.set(key, record);
    this.#rows.put(currentKey(this.layout, key), encodeCurrent(this.#encoder, record));
    this.leases.moved(key, previous?.lease ?? 0n, lease);
    this.#addHistory(key, { tombstone: false, blockRevision, blockSub, ordinal });
  }

  /** Deletes a key that exists and hangs on `lease`. */
  remove(key: ByteString, keyBytes: Uint8Array, lease: bigint): void {
    this.#deletions++;
    const at = { key: keyBytes, modRevision: this.#ended + 1, sub: this.#sub++ };
    const event: AppliedEvent = { ...tombstone(at), before: this.#records.get(key) };
    this.changes.add(event);
    const reference = this.open.add(event);
    if (this.#records.has(key)) this.#records.set(key, undefined);
    this.#rows.delete(currentKey(this.layout, key));
    this.leases.moved(key, lease, 0n);
    this.#addHistory(key, { tombstone: true, ...reference });
  }

  /** Ends the revision of the running operation, if it changed something. True when a block was filled. */
  endOperation(): boolean {
    this.#ended = this.revision;
    this.#sub = 0;
    this.answer.reset();
    const filled = this.#filled;
    this.#filled = false;
    return filled;
  }

  /** So much was deleted that it should become durable before more is done. True once. */
  takePartEnd(): boolean {
    if (this.#deletions < this.#partDeletions) return false;
    this.#deletions = 0;
    return true;
  }

  /** Writes the open block: due before its revisions are published. */
  writeBlock(): void {
    if (this.open.isEmpty) return;
    const { id, block } = this.open.take(this.#encoder);
    this.#rows.put(blockKey(this.layout, id), block);
  }

  #addHistory(key: ByteString, record: Parameters<typeof encodeHistory>[2]): void {
    const revision = this.#ended + 1;
    this.#rows.put(
      historyKey(this.layout, key, revision),
      encodeHistory(this.#encoder, revision, record),
    );
    // One large revision is written block by block; the rest of it stays hidden with them.
    if (this.open.bytes < BLOCK_BYTES_TARGET) return;
    this.writeBlock();
    this.#filled = true;
  }
}
