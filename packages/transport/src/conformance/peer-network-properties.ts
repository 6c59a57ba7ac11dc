import type { ClusterId, MemberId, StoreId } from "@holdfast/base";
import type { PeerMessage } from "@holdfast/replica";
import {
  isConnected,
  membershipOf,
  type NetworkFixture,
  type PeerCluster,
  type PeerProcess,
  profileOf,
} from "./peer-cluster.ts";

/** One promise of the `PeerNetwork` port. */
export interface PeerNetworkProperty {
  readonly name: string;
  /** Rejects, or resolves to `false`, where the promise is not kept. */
  holds(cluster: PeerCluster, fixture: NetworkFixture): Promise<boolean>;
}

/** The contract of the `PeerNetwork` port, as data: any runner can walk it over any implementation. */
export const PEER_NETWORK_PROPERTIES: readonly PeerNetworkProperty[] = [
  {
    name: "tells each process of each other, with its boot id",
    holds: async (cluster) => {
      const [a, b, c] = await three(cluster);
      return isConnected(a, b) && isConnected(a, c) && isConnected(c, a);
    },
  },
  {
    name: "delivers what was sent, all of it, once, in the order of its lane",
    holds: async (cluster, { until }) => {
      const [a, b] = await three(cluster);
      const sent = Array.from({ length: 500 }, (_, at) => append(a, b, at + 1));
      for (let at = 0; at < sent.length; at += 7) a.network.send(b.id, sent.slice(at, at + 7));
      await until(() => received(b).length >= sent.length, "all messages arrived");
      return JSON.stringify(received(b)) === JSON.stringify(sent);
    },
  },
  {
    name: "carries forwarded batches and refusals unchanged",
    holds: async (cluster, { until }) => {
      const [a, b] = await three(cluster);
      const session = new Uint8Array(16).fill(7);
      const sent: readonly PeerMessage[] = [
        { kind: "forward", from: a.id, batch: Uint8Array.of(0, 255, 1) },
        { kind: "forward-refused", from: a.id, session, firstSequence: 3, reason: "overloaded" },
      ];
      a.network.send(b.id, sent);
      await until(() => received(b).length === 2, "both messages arrived");
      return comparable(received(b)) === comparable(sent);
    },
  },
  {
    name: "delivers nothing while send still runs",
    holds: async (cluster, { until }) => {
      const [a, b] = await three(cluster);
      a.network.send(b.id, [heartbeat(a, b, 1)]);
      const early = received(b).length;
      await until(() => received(b).length === 1, "the message arrived");
      return early === 0;
    },
  },
  {
    name: "loses what goes to a stranger, without a word",
    holds: async (cluster, { settle }) => {
      const [a] = await three(cluster);
      a.network.send(77 as MemberId, [{ kind: "forward", from: a.id, batch: new Uint8Array(1) }]);
      await settle();
      return a.sightings.every(({ kind }) => kind === "connected");
    },
  },
  {
    name: "drops a message that names another sender or receiver",
    holds: async (cluster, { until }) => {
      const [a, b, c] = await three(cluster);
      a.network.send(b.id, [heartbeat(c, b, 1), heartbeat(a, c, 2), heartbeat(a, b, 3)]);
      await until(() => received(b).length > 0, "the right message arrived");
      return comparable(received(b)) === comparable([heartbeat(a, b, 3)]);
    },
  },
  {
    name: "tells once that a killed process is gone, after it told that the stream broke",
    holds: async (cluster, { until, settle }) => {
      const [a, b] = await three(cluster);
      await b.kill();
      await until(() => heard(a, b).includes("gone"), "the process was told gone");
      await settle();
      return heard(a, b).join(" ") === "connected disconnected gone";
    },
  },
  {
    name: "connects again to a process that was restarted",
    holds: async (cluster, { until }) => {
      const [a, b, c] = await three(cluster);
      await b.kill();
      await until(() => heard(a, b).includes("gone"), "the process was told gone");
      const again = await cluster.start(2, b.address);
      cluster.introduce([a, again, c]);
      await until(() => isConnected(a, again) && isConnected(again, a), "connected again");
      again.network.send(a.id, [heartbeat(again, a, 1)]);
      await until(() => received(a).length === 1, "its message arrived");
      return heard(a, again).join(" ") === "connected disconnected gone connected";
    },
  },
  {
    name: "tells who an unborn process is, and does not connect to it",
    holds: async (cluster, { settle }) => {
      const [a, b] = await three(cluster);
      const unborn = await cluster.start(4);
      const answer = await a.network.hello(unborn.address, 5_000);
      a.network.setPeers([profileOf(b), profileOf(unborn)]);
      await settle();
      return answer.clusterId === undefined && answer.name === "n4" && !isConnected(a, unborn);
    },
  },
  {
    name: "tells a newcomer the membership, and the member that it knocked",
    holds: async (cluster) => {
      const [a, b, c] = await three(cluster);
      const unborn = await cluster.start(4);
      const answer = await unborn.network.hello(a.address, 5_000);
      return (
        answer.clusterId === a.identity.clusterId &&
        JSON.stringify(answer.membership) === JSON.stringify(membershipOf([a, b, c])) &&
        a.sightings.some((sighting) => sighting.kind === "knocked" && sighting.name === "n4")
      );
    },
  },
  {
    name: "tells whether the membership is confirmed to who asked, and to nobody else",
    holds: async (cluster) => {
      const [a] = await three(cluster);
      const [n4, n5] = [await cluster.start(4), await cluster.start(5)];
      const toOther = await n4.network.hello(a.address, 5_000);
      const toIt = await n5.network.hello(a.address, 5_000);
      return !toOther.membershipConfirmed && toIt.membershipConfirmed;
    },
  },
  {
    name: "rejects a hello that nobody answers",
    holds: async (cluster) => {
      const [a, b] = await three(cluster);
      await b.kill();
      const code = await a.network.hello(b.address, 2_000).then(
        () => "answered",
        (failure: { readonly code?: string }) => failure.code,
      );
      return code === "PEER_SILENT";
    },
  },
  {
    name: "takes a member that the others name, though it was not there when they met",
    holds: async (cluster, fixture) =>
      !(await refusesCaller((stranger) => stranger.identity)(cluster, fixture)),
  },
  {
    name: "refuses a member of another cluster",
    holds: refusesCaller((stranger) => ({
      ...stranger.identity,
      clusterId: 99 as ClusterId,
    })),
  },
  {
    name: "hears a member that it has not heard of, if that one counts it in, and can answer it",
    holds: async (cluster, { until }) => {
      const { called, stranger } = await cluster.addedWhileAway({ countsIn: true });
      await until(() => isConnected(called, stranger), "the stranger is connected to");
      await until(() => isConnected(stranger, called), "the stranger is connected");
      stranger.network.send(called.id, [heartbeat(stranger, called, 1)]);
      await until(() => received(called).length === 1, "its message arrived");
      called.network.send(stranger.id, [heartbeat(called, stranger, 2)]);
      await until(() => received(stranger).length === 1, "the answer arrived");
      return true;
    },
  },
  {
    name: "refuses a member that it has not heard of, if that one does not count it in",
    holds: async (cluster, { settle }) => {
      const { called, stranger } = await cluster.addedWhileAway({ countsIn: false });
      await settle();
      stranger.network.send(called.id, [heartbeat(stranger, called, 1)]);
      await settle();
      return received(called).length === 0 && !isConnected(called, stranger);
    },
  },
  {
    name: "refuses a member that the membership does not name",
    holds: refusesCaller((stranger) => ({ ...stranger.identity, memberId: 5_000 as MemberId })),
  },
  {
    name: "refuses a member whose store is another one than the membership names",
    holds: refusesCaller((stranger) => ({
      ...stranger.identity,
      storeId: "f".repeat(32) as StoreId,
    })),
  },
  {
    name: "refuses a caller with the store of the node that it calls",
    holds: refusesCaller((stranger, called) => ({
      ...stranger.identity,
      storeId: called.identity.storeId,
    })),
  },
  {
    name: "refuses an unborn caller",
    holds: refusesCaller((stranger) => ({
      ...stranger.identity,
      clusterId: undefined,
      memberId: undefined,
    })),
  },
  {
    name: "tells two members with one address apart, and neither of them gone",
    holds: async (cluster, { until, settle }) => {
      const [a, b, c] = await three(cluster);
      a.network.setPeers([]);
      a.sightings.length = 0;
      const twin = { ...profileOf(c), peerAddress: b.address };
      a.network.setPeers([profileOf(b), twin]);
      await until(() => isConnected(a, b), "the right one is connected");
      await settle();
      return heard(a, b).join(" ") === "connected" && heard(a, c).length === 0;
    },
  },
  {
    name: "stops talking to a peer that is no longer named, once that one speaks no more",
    holds: async (cluster, { settle, until }) => {
      const [a, b, c] = await three(cluster);
      a.network.setPeers([profileOf(a), profileOf(c)]);
      b.network.setPeers([profileOf(b), profileOf(c)]);
      await until(() => !isConnected(a, b), "it is told as disconnected");
      a.network.send(b.id, [heartbeat(a, b, 1)]);
      await settle();
      return received(b).length === 0;
    },
  },
  {
    name: "answers a peer that is no longer named as long as it speaks",
    holds: async (cluster, { until }) => {
      const [a, b, c] = await three(cluster);
      a.network.setPeers([profileOf(a), profileOf(c)]);
      await until(() => !isConnected(a, b), "it was let go");
      b.network.send(a.id, [heartbeat(b, a, 1)]);
      await until(() => received(a).length === 1, "what it says arrives");
      await until(() => isConnected(a, b), "it is connected to again");
      a.network.send(b.id, [heartbeat(a, b, 2)]);
      await until(() => received(b).length === 1, "the answer arrives");
      return true;
    },
  },
  {
    name: "hears and answers a member whose place it knows as kept for somebody",
    holds: async (cluster, { until }) => {
      const { called, stranger } = await cluster.addedWhileAway({
        countsIn: true,
        asReserved: true,
      });
      await until(() => isConnected(called, stranger), "the stranger is connected to");
      await until(() => isConnected(stranger, called), "the stranger is connected");
      called.network.send(stranger.id, [heartbeat(called, stranger, 1)]);
      await until(() => received(stranger).length === 1, "the answer arrived");
      return true;
    },
  },
  {
    name: "tells a peer as disconnected whose address is another one now",
    holds: async (cluster, { until }) => {
      const [a, b] = await three(cluster);
      a.network.setPeers([{ ...profileOf(b), peerAddress: "127.0.0.1:1" }]);
      await b.kill();
      await until(() => !isConnected(a, b), "it is told as disconnected");
      return true;
    },
  },
];

type Identity = PeerProcess["identity"];

/** A third process that is somebody else by the time it dials must not be connected nor heard. */
function refusesCaller(
  disguise: (stranger: PeerProcess, called: PeerProcess) => Identity,
): PeerNetworkProperty["holds"] {
  return async (cluster, { settle }) => {
    const called = await cluster.start(1);
    const other = await cluster.start(2);
    const stranger = await cluster.start(3);
    cluster.introduce([called, other]);
    const membership = membershipOf([called, other, stranger]);
    called.identity = { ...called.identity, membership };
    const { clusterId } = called.identity;
    stranger.identity = { ...stranger.identity, clusterId, memberId: stranger.id, membership };
    stranger.identity = disguise(stranger, called);
    stranger.network.setPeers([profileOf(called)]);
    await settle();
    stranger.network.send(called.id, [heartbeat(stranger, called, 1)]);
    await settle();
    return stranger.sightings.length === 0 && received(called).length === 0;
  };
}

async function three(
  cluster: PeerCluster,
): Promise<readonly [PeerProcess, PeerProcess, PeerProcess]> {
  const [a, b, c] = await cluster.form(3);
  if (a === undefined || b === undefined || c === undefined) throw new Error("three were formed");
  return [a, b, c];
}

function received(process: PeerProcess): readonly PeerMessage[] {
  const messages: PeerMessage[] = [];
  for (const sighting of process.sightings) {
    if (sighting.kind === "received") messages.push(sighting.message);
  }
  return messages;
}

/** What a process heard of a peer, messages aside. */
function heard(process: PeerProcess, peer: PeerProcess): readonly string[] {
  return process.sightings
    .filter((sighting) => "peer" in sighting && sighting.peer === peer.id)
    .map(({ kind }) => kind);
}

function append(from: PeerProcess, to: PeerProcess, index: number): PeerMessage {
  return {
    kind: "raft",
    message: {
      kind: "append-accepted",
      from: from.id,
      to: to.id,
      term: 1,
      epoch: 1,
      round: index,
      match: index,
    },
  };
}

function heartbeat(from: PeerProcess, to: PeerProcess, round: number): PeerMessage {
  return {
    kind: "raft",
    message: {
      kind: "heartbeat-request",
      from: from.id,
      to: to.id,
      term: 1,
      epoch: 1,
      round,
      commit: 0,
      floor: 0,
    },
  };
}

/** Messages as text in which bytes of any kind of array read alike. */
function comparable(messages: readonly PeerMessage[]): string {
  return JSON.stringify(messages, (_key, value: unknown) =>
    isBuffered(value) ? value.data : value instanceof Uint8Array ? [...value] : value,
  );
}

/** How Node's Buffer gives itself to JSON, before a replacer sees it. */
function isBuffered(value: unknown): value is { readonly data: readonly number[] } {
  return typeof value === "object" && value !== null && "type" in value && value.type === "Buffer";
}
