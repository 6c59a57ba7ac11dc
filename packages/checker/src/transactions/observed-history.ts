import { nameOf, type ObservedAnomaly } from "./anomaly.ts";
import { type Append, type AppendsByKey, appendsIn } from "./appended-values.ts";
import { type ExternalRead, externalReadsIn } from "./external-reads.ts";
import { happenedBy, type Transaction } from "./transaction.ts";
import { unsoundReads, type VersionOrder, versionOrderOf } from "./version-order.ts";

/** What can be read off a history before its transactions are put in order. */
export interface ObservedHistory {
  readonly anomalies: readonly ObservedAnomaly[];
  readonly lists: readonly ObservedList[];
  /** Transactions that happened: the committed, and of the unknown those of which something was read. */
  readonly happened: readonly number[];
}

export interface ObservedList extends VersionOrder {
  readonly appends: ReadonlyMap<number, Append>;
  /** Appended by transactions that happened, in no read, and too late to be missed. */
  readonly unread: readonly Append[];
}

/** Reads the lists off a history, transactions being numbered by their place in it. */
export function observe(transactions: readonly Transaction[]): ObservedHistory {
  const appends = appendsIn(transactions);
  const { reads, anomalies: internal } = externalReadsIn(transactions);
  const anomalies: ObservedAnomaly[] = [...internal];
  const orders = ordersOf(appends, reads, (found) => anomalies.push(...found));
  for (const order of orders) {
    anomalies.push(...unsoundReads(order, appendsTo(appends, order.key), transactions));
  }
  const happened = happenedIn(transactions, orders, appends);
  const lists = orders.map((order) => {
    const ofKey = appendsTo(appends, order.key);
    const listed = new Set(order.values);
    const unread = [...ofKey.values()].filter(
      ({ value, writer }) => !listed.has(value) && happened.has(writer),
    );
    const lost = lostAppends(order, unread, transactions);
    anomalies.push(...lost.values());
    return { ...order, appends: ofKey, unread: unread.filter((append) => !lost.has(append)) };
  });
  return { anomalies, lists, happened: [...happened].sort((a, b) => a - b) };
}

const NO_APPENDS: ReadonlyMap<number, Append> = new Map();

function appendsTo(appends: AppendsByKey, key: string): ReadonlyMap<number, Append> {
  return appends.get(key) ?? NO_APPENDS;
}

function ordersOf(
  appends: AppendsByKey,
  reads: readonly ExternalRead[],
  tell: (found: readonly ObservedAnomaly[]) => void,
): readonly VersionOrder[] {
  const byKey = new Map<string, ExternalRead[]>([...appends.keys()].map((key) => [key, []]));
  for (const read of reads) {
    const ofKey = byKey.get(read.key);
    if (ofKey === undefined) byKey.set(read.key, [read]);
    else ofKey.push(read);
  }
  return [...byKey].map(([key, ofKey]) => {
    const { order, anomalies } = versionOrderOf(key, ofKey, appendsTo(appends, key));
    tell(anomalies);
    return order;
  });
}

function happenedIn(
  transactions: readonly Transaction[],
  orders: readonly VersionOrder[],
  appends: AppendsByKey,
): ReadonlySet<number> {
  const happened = new Set<number>();
  for (const [number, { outcome }] of transactions.entries()) {
    if (outcome === "committed") happened.add(number);
  }
  for (const { key, values } of orders) {
    for (const value of values) {
      const writer = appendsTo(appends, key).get(value)?.writer;
      if (writer !== undefined && transactions[writer]?.outcome === "unknown") happened.add(writer);
    }
  }
  return happened;
}

/** Unread appends that were acknowledged before a read of their key began. */
function lostAppends(
  { reads, key }: VersionOrder,
  unread: readonly Append[],
  transactions: readonly Transaction[],
): ReadonlyMap<Append, ObservedAnomaly> {
  const called = ({ reader }: ExternalRead) => transactions[reader]?.called ?? 0;
  const lost = new Map<Append, ObservedAnomaly>();
  const [latest] = reads.toSorted((a, b) => called(b) - called(a));
  if (latest === undefined) return lost;
  for (const append of unread) {
    const writer = transactions[append.writer];
    const end = writer === undefined ? undefined : happenedBy(writer);
    if (end === undefined || end >= called(latest)) continue;
    lost.set(append, {
      kind: "observed",
      name: "lost append",
      transactions: [append.writer, latest.reader],
      key,
      values: [append.value],
      text: `${nameOf(append.writer)} appended ${append.value} to ${key} and was answered before ${nameOf(latest.reader)} was called, which read ${key} without it, as did all others`,
    });
  }
  return lost;
}
