import { readdir, realpath, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import {
  type ClusterId,
  codeOf,
  FIRST_GROUP,
  type Logger,
  type Random,
  type Revision,
  type Row,
  randomWireId,
} from "@holdfast/base";
import type { ClusterConfig, NodeConfig } from "@holdfast/config";
import { encodeMembership } from "@holdfast/protocol";
import { foundingMembership } from "@holdfast/replica";
import { restoredRow, rowLayout } from "@holdfast/state-machine";
import { namedIfUnusable, nodeFiles } from "@holdfast/storage";
import { DirectoryNotEmptyError } from "./backup-errors.ts";
import type { BackupHead } from "./backup-format.ts";
import { type BackupReaders, readBackup } from "./read-backup.ts";
import { RestoredNode } from "./restored-node.ts";

export interface RestoreRequest {
  /** The snapshot's file. */
  readonly file: string;
  /** The cluster that is to begin with it; each of its nodes gets its directory. */
  readonly config: ClusterConfig;
  /**
   * So far above the old cluster's revisions the new one begins, and so far they are compacted. More than were
   * written after the snapshot was saved; 0 leaves revisions as they are, so they may mean something else afterwards.
   */
  readonly bumpRevision: Revision;
  readonly random: Random;
  readonly logger: Logger;
  readonly progress?: BackupReaders["progress"];
}

export interface RestoredCluster {
  readonly clusterId: ClusterId;
  readonly revision: Revision;
  readonly compactRevision: Revision;
  readonly nodes: readonly NodeConfig[];
}

/** Beside a node's directory while it is made: it gets its name when it is whole. */
const UNFINISHED = ".restoring";

/**
 * Makes the directories of a new cluster whose nodes all begin with the state of a snapshot. Where it fails nothing
 * is left that a node would start from, and what came to lie there meanwhile stays.
 *
 * @throws BackupDamagedError, DirectoryNotEmptyError, FilesUnusableError
 */
export async function restoreCluster(request: RestoreRequest): Promise<RestoredCluster> {
  const { config, random, logger } = request;
  const places = await Promise.all(config.nodes.map(({ data }) => placeOf(data)));
  for (const place of places) await checkIsFree(place);
  const nodes: RestoredNode[] = [];
  try {
    for (const [at, { id }] of config.nodes.entries()) {
      const path = unfinished(places[at] as string);
      await rm(path, { recursive: true, force: true });
      nodes.push(await RestoredNode.open({ path, name: id, random, logger }));
    }
    const restored = await restoreInto(nodes, request);
    for (const node of nodes) await node.close();
    await giveNames(places);
    return restored;
  } catch (failure) {
    for (const node of nodes) await node.close();
    for (const place of places) await rm(unfinished(place), { recursive: true, force: true });
    throw failure;
  }
}

async function restoreInto(
  nodes: readonly RestoredNode[],
  { file, config, bumpRevision, random, progress }: RestoreRequest,
): Promise<RestoredCluster> {
  const layout = rowLayout(FIRST_GROUP);
  const rows = async (given: readonly Row[]): Promise<void> => {
    const kept = given.flatMap((row) => restoredRow(row, layout, { bumpRevision }) ?? []);
    await Promise.all(nodes.map((node) => node.write(kept)));
  };
  const head = await readBackup(file, { rows, ...(progress !== undefined && { progress }) });
  const clusterId = randomWireId(random) as ClusterId;
  const founders = config.nodes.map(({ id, peer, client }, at) => ({
    name: id,
    peerAddress: peer,
    clientAddress: client,
    storeId: (nodes[at] as RestoredNode).storeId,
  }));
  const membership = encodeMembership(foundingMembership(clusterId, founders));
  const { appliedIndex: index, appliedTerm: term } = head;
  await Promise.all(nodes.map((node) => node.beBorn({ clusterId, membership, index, term })));
  return { clusterId, ...revisionsAfter(head, bumpRevision), nodes: config.nodes };
}

function revisionsAfter(
  head: BackupHead,
  bump: Revision,
): Pick<RestoredCluster, "revision" | "compactRevision"> {
  const revision = head.revision + bump;
  return { revision, compactRevision: bump === 0 ? head.compactRevision : revision };
}

/** Without a slash at its end, and where a link leads. */
function placeOf(data: string): Promise<string> {
  return realpath(data).catch(() => resolve(data));
}

function unfinished(place: string): string {
  return `${place}${UNFINISHED}`;
}

async function checkIsFree(place: string): Promise<void> {
  const names = await readdir(place).catch((failure: unknown) => {
    if (codeOf(failure) === "ENOENT") return [];
    throw namedIfUnusable(failure, place);
  });
  if (names.length > 0) throw notEmpty(place);
}

/** All or none of them; they are found there after a power cut. */
async function giveNames(places: readonly string[]): Promise<void> {
  const named: string[] = [];
  try {
    for (const place of places) {
      await giveName(place);
      named.push(place);
    }
    for (const place of places) await nodeFiles(dirname(place)).syncDirectory("");
  } catch (failure) {
    for (const place of named) await rename(place, unfinished(place));
    throw failure;
  }
}

/** In the place of an empty directory at most: the system refuses another one. */
async function giveName(place: string): Promise<void> {
  try {
    await rename(unfinished(place), place);
  } catch (failure) {
    throw ["ENOTEMPTY", "EEXIST"].includes(codeOf(failure)) ? notEmpty(place) : failure;
  }
}

function notEmpty(place: string): DirectoryNotEmptyError {
  return new DirectoryNotEmptyError(
    `${place} is not empty: a snapshot is restored to nodes that have no data. Move it away, or name another directory`,
  );
}
