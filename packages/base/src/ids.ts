declare const brand: unique symbol;

/** A value that was checked once, where it entered, and is told apart by the compiler ever after. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A Raft member: well spread, above 0 and below 2^53, made from cluster, name and store (decision 16). */
export type MemberId = Brand<number, "MemberId">;
/** The store of a node: 32 hexadecimal digits, minted with its directory. A wiped node is another store. */
export type StoreId = Brand<string, "StoreId">;
/** A formed cluster: well spread, above 0 and below 2^53, minted once at formation. */
export type ClusterId = Brand<number, "ClusterId">;
/** One start of a process: 32 hexadecimal digits. */
export type BootId = Brand<string, "BootId">;

/** An election term. 0 lies before the first. */
export type Term = number;
/** A position in the log. 0 lies before the first entry. */
export type LogIndex = number;
/** A revision of the store as etcd counts them: an empty store is at 1. */
export type Revision = number;
/** Milliseconds of a monotonic clock. */
export type Millis = number;
/** One of the Raft groups of a store; there is only group 1 so far (decision 23). */
export type GroupId = number;

export const FIRST_GROUP: GroupId = 1;

/** Checks a number that came from outside as an id of the wire. */
export function isWireId(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
