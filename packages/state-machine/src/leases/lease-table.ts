import {
  type ByteString,
  type LogIndex,
  needScan,
  pause,
  type RowWriter,
  type Steps,
} from "@holdfast/base";
import type { WorkMeter } from "../apply/work-meter.ts";
import {
  ATTACHED,
  attachmentKey,
  decodeLease,
  encodeLease,
  idOfLease,
  leaseKey,
} from "../rows/lease-row.ts";
import { RowEncoder } from "../rows/row-encoder.ts";
import type { RowLayout } from "../rows/row-layout.ts";

/** Leases at once, in all of a group. The same on every replica, so not to be configured. */
export const LEASES_MAX = 100_000;

const PAGE_ROWS = 1000;

/** A lease as it stands here; see {@link import("../rows/lease-row.ts").LeaseRecord}. */
export interface Lease {
  readonly id: bigint;
  readonly ttlSeconds: number;
  readonly remainingSeconds: number;
  readonly renewedAt: LogIndex;
  readonly keys: number;
}

/** Told what becomes of leases while entries are applied; it decides nothing here. */
export interface LeaseObserver {
  /** Granted or renewed: it has all of its time again. */
  begun(lease: Lease): void;
  /** What is left of it is known to all replicas from now on. */
  checkpointed(lease: Lease): void;
  ended(id: bigint): void;
}

type MutableLease = { -readonly [Field in keyof Lease]: Lease[Field] };

/**
 * All leases of a group, in memory; the keys that hang on them stand only in rows.
 *
 * What an entry changes of a lease is written once, at its end, by {@link write}.
 */
export class LeaseTable {
  readonly #layout: RowLayout;
  readonly #rows: RowWriter;
  readonly #encoder = new RowEncoder();
  readonly #changed = new Set<MutableLease>();
  #leases = new Map<bigint, MutableLease>();
  /** What was applied here; no part of the state. */
  readonly counts: { granted: number; revoked: number; renewed: number } = {
    granted: 0,
    revoked: 0,
    renewed: 0,
  };
  #observer: LeaseObserver | undefined;

  constructor(rows: RowWriter, layout: RowLayout) {
    this.#rows = rows;
    this.#layout = layout;
  }

  get count(): number {
    return this.#leases.size;
  }

  find(id: bigint): Lease | undefined {
    return this.#leases.get(id);
  }

  /** The longest known first. */
  all(): IterableIterator<Lease> {
    return this.#leases.values();
  }

  /** Has one observer told, from now on; `undefined`: nobody. */
  observe(observer: LeaseObserver | undefined): void {
    this.#observer = observer;
  }

  /** Reads the table from its rows. */
  *load(): Steps<void> {
    const leases: MutableLease[] = [];
    let from = this.#layout.leasePrefix;
    while (true) {
      const rows = yield* needScan({ from, to: this.#layout.leaseEnd, limit: PAGE_ROWS });
      for (const { key, value } of rows) {
        leases.push({ id: idOfLease(this.#layout, key), ...decodeLease(value) });
      }
      if (rows.length < PAGE_ROWS) break;
      from = `${rows.at(-1)?.key}\0`;
      yield* pause();
    }
    this.#leases = new Map(leases.map((lease) => [lease.id, lease]));
  }

  grant(id: bigint, ttlSeconds: number, index: LogIndex): void {
    const lease = { id, ttlSeconds, remainingSeconds: ttlSeconds, renewedAt: index, keys: 0 };
    this.#leases.set(id, lease);
    this.#changed.add(lease);
    this.counts.granted++;
    this.#observer?.begun(lease);
  }

  /** Gives a lease all of its time again, and says how much; 0 if it is not known. */
  renew(id: bigint, index: LogIndex): number {
    const lease = this.#leases.get(id);
    if (lease === undefined) return 0;
    lease.remainingSeconds = lease.ttlSeconds;
    lease.renewedAt = index;
    this.#changed.add(lease);
    this.counts.renewed++;
    this.#observer?.begun(lease);
    return lease.ttlSeconds;
  }

  /** Notes what is left of a lease, if it was not renewed since that was seen. */
  checkpoint(seen: Pick<Lease, "id" | "renewedAt" | "remainingSeconds">): void {
    const lease = this.#leases.get(seen.id);
    if (lease === undefined || lease.renewedAt !== seen.renewedAt) return;
    if (seen.remainingSeconds >= lease.remainingSeconds) return;
    lease.remainingSeconds = seen.remainingSeconds;
    this.#changed.add(lease);
    this.#observer?.checkpointed(lease);
  }

  /** Forgets a lease on which no key hangs any more. */
  end(id: bigint): void {
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    this.#leases.delete(id);
    this.#changed.delete(lease);
    this.counts.revoked++;
    this.#rows.delete(leaseKey(this.#layout, id));
    this.#observer?.ended(id);
  }

  /** A key hangs on lease `to` now, and on `from` before; 0n is none. */
  moved(key: ByteString, from: bigint, to: bigint): void {
    if (from === to) return;
    if (from !== 0n) {
      this.#rows.delete(attachmentKey(this.#layout, from, key));
      this.#count(from, -1);
    }
    if (to !== 0n) {
      this.#rows.put(attachmentKey(this.#layout, to, key), ATTACHED);
      this.#count(to, 1);
    }
  }

  /** Writes what changed since the last call. */
  *write(work: WorkMeter): Steps<void> {
    for (const lease of this.#changed) {
      this.#rows.put(leaseKey(this.#layout, lease.id), encodeLease(this.#encoder, lease));
      if (work.spend()) yield* pause();
    }
    this.#changed.clear();
  }

  #count(id: bigint, by: number): void {
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    lease.keys += by;
    this.#changed.add(lease);
  }
}
