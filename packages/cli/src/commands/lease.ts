import type { EndpointLease, EtcdEndpoint, Holdfast } from "@holdfast/client";
import { EXIT } from "../exit-codes.ts";
import { type GivenGlobals, timeoutOf, wholeNumber } from "../global-options.ts";
import { leaseHex, leaseId } from "../leases/lease-id.ts";
import { bytesJson } from "../output/etcd-json.ts";
import { printable } from "../output/printable.ts";
import { untilStopSignal } from "../stop-signals.ts";
import { type Terminal, write } from "../terminal.ts";
import { withStore } from "../with-store.ts";

export interface LeaseTtlOptions extends GivenGlobals {
  readonly keys?: boolean | undefined;
}

export interface LeaseKeepAliveOptions extends GivenGlobals {
  readonly once?: boolean | undefined;
}

/** etcd's bound, s. */
const TTL_SECONDS_MAX = 9_000_000_000;
/** Renewed so often within its time to live. */
const RENEWALS_PER_TTL = 3;

/** Grants a lease that nobody keeps alive yet, and prints its id. */
export async function leaseGrant(
  terminal: Terminal,
  seconds: string,
  options: GivenGlobals,
): Promise<number> {
  const ttlSeconds = wholeNumber("TTL", seconds, 1, TTL_SECONDS_MAX);
  const id = await withStore(terminal, options, async (store) => {
    const lease = await store.lease({ ttlSeconds });
    lease.abandon();
    return lease.id;
  });
  const text =
    options.output === "json"
      ? JSON.stringify({ ID: id.toString(), TTL: String(ttlSeconds) })
      : `lease ${leaseHex(id)} granted for ${ttlSeconds} s`;
  await write(terminal.out, `${text}\n`);
  return EXIT.ok;
}

/** Ends a lease, and deletes all that hangs on it. */
export async function leaseRevoke(
  terminal: Terminal,
  hex: string,
  options: GivenGlobals,
): Promise<number> {
  const id = leaseId(hex);
  await withStore(terminal, options, (store) => store.revokeLease(id));
  await write(terminal.out, `lease ${leaseHex(id)} revoked\n`);
  return EXIT.ok;
}

/** Prints what is left of a lease. @returns 2 if there is none */
export async function leaseTtl(
  terminal: Terminal,
  hex: string,
  options: LeaseTtlOptions,
): Promise<number> {
  const id = leaseId(hex);
  const { keys = false } = options;
  const found = await withNode(terminal, options, (node, timeoutMs) =>
    node.timeToLive(id, { timeoutMs, keys }),
  );
  const text = options.output === "json" ? ttlJson(id, found) : ttlText(id, found);
  await write(terminal.out, `${text}\n`);
  return found === undefined ? EXIT.notFound : EXIT.ok;
}

/** Prints the ids of all leases. */
export async function leaseList(terminal: Terminal, options: GivenGlobals): Promise<number> {
  const ids = await withNode(terminal, options, (node, timeoutMs) => node.leases({ timeoutMs }));
  const text =
    options.output === "json"
      ? `${JSON.stringify({ leases: ids.map((id) => ({ ID: id.toString() })) })}\n`
      : ids.map((id) => `${leaseHex(id)}\n`).join("");
  await write(terminal.out, text);
  return EXIT.ok;
}

/** Renews a lease once, or until it is told to stop. */
export async function leaseKeepAlive(
  terminal: Terminal,
  hex: string,
  options: LeaseKeepAliveOptions,
): Promise<number> {
  const id = leaseId(hex);
  await withStore(terminal, options, async (store) => {
    const stop = untilStopSignal();
    let isOver = false;
    while (!isOver) {
      const seconds = await renew(terminal, store, id, options);
      if (options.once === true) break;
      isOver = await stop.within((seconds * 1000) / RENEWALS_PER_TTL);
    }
    stop.forget();
  });
  return EXIT.ok;
}

async function renew(
  terminal: Terminal,
  store: Holdfast,
  id: bigint,
  { output }: GivenGlobals,
): Promise<number> {
  const seconds = await store.renewLease(id);
  const text =
    output === "json"
      ? JSON.stringify({ ID: id.toString(), TTL: String(seconds) })
      : `lease ${leaseHex(id)} renewed for ${seconds} s`;
  await write(terminal.out, `${text}\n`);
  return seconds;
}

/** Asks the node that a client would speak to. */
function withNode<Answer>(
  terminal: Terminal,
  options: GivenGlobals,
  ask: (node: EtcdEndpoint, timeoutMs: number) => Promise<Answer>,
): Promise<Answer> {
  return withStore(terminal, options, async (store) => {
    const { EtcdEndpoint } = await import("@holdfast/client");
    const node = new EtcdEndpoint(store.endpoint ?? store.endpoints[0] ?? "");
    try {
      return await ask(node, timeoutOf(options));
    } finally {
      node.close();
    }
  });
}

function ttlText(id: bigint, lease: EndpointLease | undefined): string {
  if (lease === undefined) return `there is no lease ${leaseHex(id)}; it may have ended`;
  const { remainingSeconds, grantedSeconds, keys } = lease;
  const left = `lease ${leaseHex(id)}: ${remainingSeconds} of ${grantedSeconds} s left`;
  return [left, ...keys.map((key) => printable(key))].join("\n");
}

function ttlJson(id: bigint, lease: EndpointLease | undefined): string {
  const { remainingSeconds = -1, grantedSeconds = 0, keys = [] } = lease ?? {};
  return JSON.stringify({
    ID: id.toString(),
    TTL: String(remainingSeconds),
    grantedTTL: String(grantedSeconds),
    keys: keys.map((key) => bytesJson("key", key)),
  });
}
