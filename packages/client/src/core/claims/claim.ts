import type { Revision } from "@holdfast/base";
import type { Entry } from "../entry.ts";
import type { Holdfast } from "../holdfast.ts";
import { type BytesLike, toBytes } from "../key-selector.ts";
import type { Lease } from "../leases/lease.ts";
import { abortedError, RequestError } from "../request-error.ts";
import type { Comparison } from "../transaction.ts";

export interface ClaimOptions {
  /**
   * How long the claim lives after the last word of its holder, whole seconds.
   *
   * @default 10
   */
  readonly ttlSeconds?: number;
  /** Gives up waiting when it fires. */
  readonly signal?: AbortSignal;
}

/** A place in the queue of a name: the key `<name>/<lease in hex>`, as etcd's own clients have it. */
export interface Claim {
  readonly lease: Lease;
  readonly key: Uint8Array;
  /** At which it was made: grows from holder to holder, so whoever checks it can tell an old holder. */
  readonly revision: Revision;
}

const SLASH = 0x2f;

/**
 * Takes a place and waits until nobody stands before it. Rejects where the place is lost meanwhile,
 * and with `ABORTED` where the caller gives up; the place is given up then.
 */
export async function claim(
  client: Holdfast,
  asked: { readonly name: BytesLike; readonly value: BytesLike },
  options: ClaimOptions,
): Promise<Claim> {
  const { ttlSeconds, signal } = options;
  if (signal?.aborted === true) throw abortedError("not-applied", signal.reason);
  const lease = await client.lease(ttlSeconds === undefined ? {} : { ttlSeconds });
  try {
    const key = keyOf(asked.name, lease.id);
    const { revision } = await client.put(key, asked.value, { lease: lease.id });
    const made = { lease, key, revision };
    await untilFirst(client, { ...made, name: asked.name }, signal);
    return made;
  } catch (failure) {
    await lease.revoke().catch(() => lease.abandon());
    throw failure;
  }
}

/** Holds as long as the claim does: a transaction that has it does nothing for an old holder. */
export function guardOf({ key, revision }: Pick<Claim, "key" | "revision">): Comparison {
  return { key, createRevision: revision };
}

/** All claims of a name. */
export function claimsOf(name: BytesLike): { readonly from: Uint8Array; readonly to: Uint8Array } {
  return { from: withByte(toBytes(name), SLASH), to: withByte(toBytes(name), SLASH + 1) };
}

async function untilFirst(
  client: Holdfast,
  own: Claim & { readonly name: BytesLike },
  signal: AbortSignal | undefined,
): Promise<void> {
  const signals = signal === undefined ? [own.lease.lost] : [own.lease.lost, signal];
  const either = AbortSignal.any(signals);
  while (true) {
    const before = await lastBefore(client, own);
    if (before === undefined) return;
    if (either.aborted) throw whyAborted(own, signal);
    const watching = { from: before.revision + 1, only: "deletions", signal: either } as const;
    await using watch = client.watch(before.entry.keyBytes, watching);
    try {
      await watch.next();
    } catch (failure) {
      if (either.aborted) throw whyAborted(own, signal);
      // What was compacted away may have been the deletion.
      if (!(failure instanceof RequestError) || failure.code !== "COMPACTED") throw failure;
    }
  }
}

/** Who stands right before a claim. @throws RequestError `LEASE_LOST` where the claim is gone */
async function lastBefore(
  client: Holdfast,
  own: Claim & { readonly name: BytesLike },
): Promise<{ readonly entry: Entry; readonly revision: Revision } | undefined> {
  const { succeeded, revision, answers } = await client.txn({
    compare: [guardOf(own)],
    then: [
      {
        kind: "range",
        keys: claimsOf(own.name),
        limit: 1,
        sortBy: "create",
        order: "descend",
        maxCreateRevision: own.revision - 1,
      },
    ],
  });
  if (!succeeded) throw lostError("the claim is gone: its lease ended, or somebody deleted it");
  const [answer] = answers;
  const entry = answer?.kind === "range" ? answer.entries[0] : undefined;
  return entry === undefined ? undefined : { entry, revision };
}

function whyAborted({ lease }: Claim, signal: AbortSignal | undefined): RequestError {
  if (signal?.aborted === true) return abortedError("not-applied", signal.reason);
  return lease.lost.reason as RequestError;
}

function lostError(message: string): RequestError {
  return new RequestError({
    code: "LEASE_LOST",
    message,
    outcome: "not-applied",
    retryable: false,
  });
}

function keyOf(name: BytesLike, lease: bigint): Uint8Array {
  const id = toBytes(lease.toString(16));
  const prefix = withByte(toBytes(name), SLASH);
  const key = new Uint8Array(prefix.length + id.length);
  key.set(prefix);
  key.set(id, prefix.length);
  return key;
}

function withByte(bytes: Uint8Array, byte: number): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  longer[bytes.length] = byte;
  return longer;
}
