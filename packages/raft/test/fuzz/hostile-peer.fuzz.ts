import { below, InvariantViolation, type Random } from "@holdfast/base";
import { type FuzzTarget, pick, worldTarget } from "@holdfast/base/fuzz";
import type { Message } from "../../src/index.ts";
import { CoreCluster } from "../core-cluster.ts";
import { STOPS } from "../stops.ts";

const LIES_EACH = 10;
const MEMBERS = 3;
/** What the wire can say at most, and what lies about it. */
const NUMBERS = [0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 48, 2 ** 53 - 2, 2 ** 53 - 1];

/**
 * Real messages of a cluster at work in which one field or two say something else, all of
 * it of a form that the wire can carry. A member passes over what cannot be, lives with
 * what a late or doubled message could say, and stops by name where only a broken Raft
 * explains what it was told.
 */
function lie(random: Random): void {
  const cluster = atWork(random);
  const heard = record(cluster);
  for (let said = 0; said < LIES_EACH; said++) {
    try {
      work(cluster, random);
      const message = edited(random, pick(random, heard)) as Message;
      cluster.step(message.to, { kind: "message", message });
      for (const { id, raft } of cluster.nodes) {
        if (raft.status().term > Number.MAX_SAFE_INTEGER)
          throw new Error(`${id} is in a term beyond 2^53`);
        raft.checkDeeply();
      }
    } catch (failure) {
      if (failure instanceof InvariantViolation && STOPS.has(failure.message)) return;
      throw failure;
    }
    // A state that nobody has ever had cannot be written.
    if (cluster.nodes.some(({ writes }) => writes.some(({ install }) => install !== undefined)))
      return;
  }
}

function atWork(random: Random): CoreCluster {
  const cluster = new CoreCluster({
    members: MEMBERS,
    seed: below(random, 1_000),
    ...{ trailingEntries: 0, trailingBytes: 1, retainBytesMax: 4 },
  });
  cluster.snapshots = "hold";
  for (let at = 0; at < 4; at++) cluster.propose(cluster.elect().id, "x");
  return cluster;
}

/** All that is sent from now on; some of every kind there is at the end. */
function record(cluster: CoreCluster): Message[] {
  const heard: Message[] = [...cluster.network];
  cluster.delivers = (message) => {
    heard.push(message);
    return true;
  };
  cluster.settle();
  cluster.step(2, { kind: "tick" });
  cluster.advance(250);
  return heard;
}

function work(cluster: CoreCluster, random: Random): void {
  const { leader } = cluster;
  switch (below(random, 5)) {
    case 0:
      if (leader !== undefined) cluster.propose(leader.id, "y");
      break;
    case 1:
      if (leader !== undefined) cluster.transfer(leader.id, 1 + below(random, MEMBERS));
      break;
    case 2:
      cluster.advance(below(random, 2_500), 50);
      break;
    case 3:
      cluster.persist(1 + below(random, MEMBERS));
      break;
    default:
      cluster.settle();
  }
}

/** A copy of a message in which one field says something else, or two do. */
function edited(random: Random, message: Message): unknown {
  const once = edit(random, message);
  return below(random, 3) === 0 ? edit(random, once) : once;
}

function edit(random: Random, value: unknown): unknown {
  switch (typeof value) {
    case "number":
      return below(random, 2) === 0
        ? pick(random, NUMBERS)
        : Math.max(0, value + below(random, 7) - 3);
    case "boolean":
      return !value;
    case "object":
      if (value === null || value instanceof Uint8Array) return value;
      return Array.isArray(value) ? editList(random, value) : editRecord(random, value);
    default:
      return value;
  }
}

function editList(random: Random, list: readonly unknown[]): unknown[] {
  const at = below(random, list.length + 1);
  switch (below(random, 3)) {
    case 0:
      return list.filter((_, index) => index !== at);
    case 1:
      return [...list.slice(0, at), ...list.slice(at - 1)];
    default:
      return list.map((item, index) => (index === at ? edit(random, item) : item));
  }
}

/** Who sent it, and to whom, is held by the connection (isAddressed of the transport). */
function editRecord(random: Random, record: object): object {
  const fields = Object.entries(record).filter(([name]) => !FIXED.has(name));
  if (fields.length === 0) return record;
  const [name, value] = pick(random, fields);
  return { ...record, [name]: edit(random, value) };
}

const FIXED: ReadonlySet<string> = new Set(["kind", "from", "to", "payload", "profiles", "id"]);

export const HOSTILE_TARGETS: readonly FuzzTarget[] = [
  worldTarget({ name: "hostile-peer", runs: 100, live: lie }),
];
