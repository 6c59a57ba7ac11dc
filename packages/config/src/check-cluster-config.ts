import { resolve, sep } from "node:path";
import { addressIdentity, parseAddress } from "./address.ts";
import type { ClusterConfig, NodeConfig, RaftTimings } from "./cluster-config.ts";

/** A rule between fields that does not hold. */
export interface BrokenRule {
  readonly path: readonly (string | number)[];
  readonly expected: string;
  readonly found: string;
}

/** How many heartbeats must fit into an election timeout, so that one lost one starts no election. */
const HEARTBEATS_PER_ELECTION = 3;

/** What no single field can show: names, addresses and directories are each used once, and the timings fit. */
export function checkClusterConfig(config: ClusterConfig): readonly BrokenRule[] {
  return [
    ...checkTimings(config.raft),
    ...checkIds(config.nodes),
    ...checkAddresses(config.nodes),
    ...checkDirectories(config.nodes),
  ];
}

function checkTimings({ heartbeatMs, electionTimeoutMs }: RaftTimings): readonly BrokenRule[] {
  const least = HEARTBEATS_PER_ELECTION * heartbeatMs;
  if (electionTimeoutMs >= least) return [];
  return [
    {
      path: ["raft", "electionTimeoutMs"],
      expected: `at least ${HEARTBEATS_PER_ELECTION} heartbeats, that is ${least}`,
      found: String(electionTimeoutMs),
    },
  ];
}

function checkIds(nodes: readonly NodeConfig[]): readonly BrokenRule[] {
  const uses = nodes.map(({ id }, index) => ({
    path: ["nodes", index, "id"],
    identity: id,
    text: id,
  }));
  return reused(uses, "an id of its own");
}

function checkAddresses(nodes: readonly NodeConfig[]): readonly BrokenRule[] {
  const uses = nodes.flatMap(({ client, peer }, index) => [
    { path: ["nodes", index, "client"], identity: identityOf(client), text: client },
    { path: ["nodes", index, "peer"], identity: identityOf(peer), text: peer },
  ]);
  return reused(uses, "an address of its own");
}

function identityOf(text: string): string {
  const address = parseAddress(text);
  return address === undefined ? text : addressIdentity(address);
}

function checkDirectories(nodes: readonly NodeConfig[]): readonly BrokenRule[] {
  const broken: BrokenRule[] = [];
  const paths = nodes.map(({ data }) => resolve(data));
  for (const [index, path] of paths.entries()) {
    const other = paths.findIndex((taken, at) => at !== index && contains(taken, path));
    // Of two equal ones only the later is told.
    if (other === -1 || (paths[other] === path && other > index)) continue;
    broken.push({
      path: ["nodes", index, "data"],
      expected: "a directory of its own, not inside another node's",
      found: `${nodes[index]?.data}, while nodes[${other}].data is ${nodes[other]?.data}`,
    });
  }
  return broken;
}

function contains(directory: string, path: string): boolean {
  return (
    path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
  );
}

interface Use {
  readonly path: readonly (string | number)[];
  readonly identity: string;
  readonly text: string;
}

function reused(uses: readonly Use[], expected: string): readonly BrokenRule[] {
  const first = new Map<string, Use>();
  const broken: BrokenRule[] = [];
  for (const use of uses) {
    const earlier = first.get(use.identity);
    if (earlier === undefined) first.set(use.identity, use);
    else
      broken.push({
        path: use.path,
        expected,
        found: `${use.text}, as in ${formatPath(earlier.path)}`,
      });
  }
  return broken;
}

/** `nodes[1].client` for its steps. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}
