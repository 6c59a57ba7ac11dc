import type { ClusterId, MemberId, StoreId } from "@holdfast/base";
import type { SnapshotAnswer, SnapshotRequest, SnapshotSource } from "@holdfast/replica";
import { isConnected, type PeerCluster, type PeerProcess } from "./peer-cluster.ts";
import type { PeerNetworkProperty } from "./peer-network-properties.ts";

const WITHIN_MS = 10_000;
/** Longer than any test. */
const NEVER_MS = 3_600_000;
const SOON_MS = 50;
const CHUNK_BYTES = 256 * 1024;

/** What `PeerNetwork.snapshotSource` promises, as data. */
export const SNAPSHOT_SOURCE_PROPERTIES: readonly PeerNetworkProperty[] = [
  {
    name: "carries a request for a chunk, and a chunk of full size, unchanged",
    holds: async (cluster) => {
      const { asker, server, source } = await pair(cluster);
      const asked: SnapshotRequest[] = [];
      const sent = chunkOf(CHUNK_BYTES, { rows: 7, bytes: 1_234_567_890_123 });
      server.serve = async (request) => {
        asked.push(request);
        return { kind: "chunk", chunk: sent };
      };
      const request = requestOf(asker, server);
      const answer = await source.ask(request, WITHIN_MS);
      if (answer.kind !== "chunk") return false;
      const { bytes, ...rest } = answer.chunk;
      const { bytes: sentBytes, ...sentRest } = sent;
      return (
        JSON.stringify([rest, asked]) === JSON.stringify([sentRest, [request]]) &&
        bytes.length === sentBytes.length &&
        bytes.every((byte, at) => byte === sentBytes[at])
      );
    },
  },
  {
    name: "tells a chunk in the middle from the last one",
    holds: async (cluster) => {
      const { asker, server, source } = await pair(cluster);
      server.serve = async () => ({ kind: "chunk", chunk: chunkOf(10, undefined) });
      const answer = await source.ask(requestOf(asker, server), WITHIN_MS);
      return answer.kind === "chunk" && answer.chunk.end === undefined;
    },
  },
  {
    name: "tells that a state is gone, and why",
    holds: async (cluster) => {
      const { asker, server, source } = await pair(cluster);
      server.serve = async () => ({ kind: "gone", reason: "another one was offered" });
      const answer = await source.ask(requestOf(asker, server), WITHIN_MS);
      return answer.kind === "gone" && answer.reason === "another one was offered";
    },
  },
  {
    name: "rejects a question that is not answered in time",
    holds: async (cluster) => {
      const { asker, server, source } = await pair(cluster);
      server.serve = () => new Promise(() => undefined);
      return isSilent(source.ask(requestOf(asker, server), SOON_MS));
    },
  },
  {
    name: "rejects questions while the peer is dead, and asks its next process on the same source",
    holds: async (cluster, { until }) => {
      const { asker, server, source, others } = await pair(cluster);
      await server.kill();
      if (!(await isSilent(source.ask(requestOf(asker, server), WITHIN_MS)))) return false;
      const again = await cluster.start(2, server.address);
      cluster.introduce([asker, again, ...others]);
      await until(() => isConnected(asker, again), "connected again");
      again.serve = async () => ({ kind: "gone", reason: "I am another one" });
      let answer: SnapshotAnswer | undefined;
      for (let tries = 0; answer === undefined && tries < 50; tries++) {
        const asked = source.ask(requestOf(asker, again), WITHIN_MS);
        answer = await asked.catch(() => pauseOf(until));
      }
      return answer?.kind === "gone" && answer.reason === "I am another one";
    },
  },
  {
    name: "rejects what is asked after a source was closed, and what was being asked",
    holds: async (cluster, { until }) => {
      const { asker, server, source } = await pair(cluster);
      let answer: (answer: SnapshotAnswer) => void = () => undefined;
      let reached = false;
      server.serve = () => {
        reached = true;
        return new Promise((resolve) => {
          answer = resolve;
        });
      };
      let silent = 0;
      const ask = async (): Promise<void> => {
        if (await isSilent(source.ask(requestOf(asker, server), NEVER_MS))) silent++;
      };
      void ask();
      await until(() => reached, "the question arrived");
      source.close();
      source.close();
      void ask();
      await until(() => silent === 2, "both were rejected, long before their time was over");
      answer({ kind: "gone", reason: "too late" });
      return silent === 2;
    },
  },
  {
    name: "rejects questions to a stranger",
    holds: async (cluster) => {
      const { asker, server } = await pair(cluster);
      const stranger = asker.network.snapshotSource(77 as MemberId);
      return isSilent(stranger.ask(requestOf(asker, server), SOON_MS));
    },
  },
  {
    name: "gives no state to a member of another cluster",
    holds: refuses((asker) => ({ ...asker.identity, clusterId: 99 as ClusterId })),
  },
  {
    name: "gives no state to a store that the membership does not name",
    holds: refuses((asker) => ({ ...asker.identity, storeId: "f".repeat(32) as StoreId })),
  },
  {
    name: "gives no state that was asked of another member",
    holds: refuses(
      ({ identity }) => identity,
      ({ request }) => ({ ...request, to: 5_000 as MemberId }),
    ),
  },
  {
    name: "gives no state to a caller that names another member than its store's",
    holds: refuses(
      ({ identity }) => identity,
      ({ request, others: [other] }) => ({ ...request, from: other?.id ?? request.from }),
    ),
  },
];

interface Pair {
  readonly asker: PeerProcess;
  readonly server: PeerProcess;
  readonly others: readonly PeerProcess[];
  readonly source: SnapshotSource;
}

async function pair(cluster: PeerCluster): Promise<Pair> {
  const [asker, server, ...others] = await cluster.form(3);
  if (asker === undefined || server === undefined) throw new Error("three were formed");
  return { asker, server, others, source: asker.network.snapshotSource(server.id) };
}

/** A caller that is somebody else by the time it asks must not be served. */
function refuses(
  disguise: (asker: PeerProcess) => PeerProcess["identity"],
  ask: (given: Pair & { readonly request: SnapshotRequest }) => SnapshotRequest = ({ request }) =>
    request,
): PeerNetworkProperty["holds"] {
  return async (cluster) => {
    const given = await pair(cluster);
    const { asker, server, source } = given;
    let served = 0;
    server.serve = async () => {
      served += 1;
      return { kind: "chunk", chunk: chunkOf(1, undefined) };
    };
    asker.identity = disguise(asker);
    const request = ask({ ...given, request: requestOf(asker, server) });
    return (await isSilent(source.ask(request, WITHIN_MS))) && served === 0;
  };
}

function requestOf(asker: PeerProcess, server: PeerProcess): SnapshotRequest {
  const last = { term: 3, index: 9_007_199_254_740_991 };
  return { from: asker.id, to: server.id, term: 4, epoch: 5, last, sequence: 6 };
}

type Chunk = Extract<SnapshotAnswer, { readonly kind: "chunk" }>["chunk"];

function chunkOf(length: number, end: Chunk["end"]): Chunk {
  const bytes = Uint8Array.from({ length }, (_, at) => at * 31);
  return { sequence: 6, bytes, crc: 4_294_967_295, end };
}

/** Whether it rejects as what may be asked again. */
function isSilent(answer: Promise<SnapshotAnswer>): Promise<boolean> {
  return answer.then(
    () => false,
    (failure: { readonly retryable?: boolean }) => failure.retryable === true,
  );
}

/** Lets a little time pass: a connection that broke is dialled again after a pause. */
async function pauseOf(
  until: (condition: () => boolean, what: string) => Promise<void>,
): Promise<undefined> {
  let looks = 0;
  await until(() => looks++ > 5, "a moment passed");
}
