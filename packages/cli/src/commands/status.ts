import type { ClusterMember, EndpointStatus } from "@holdfast/client";
import { EXIT } from "../exit-codes.ts";
import { endpointsOf, type GivenGlobals, timeoutOf } from "../global-options.ts";
import { statusJson } from "../output/etcd-json.ts";
import { table } from "../output/table.ts";
import { clusterVerdict, type KnownMembers, type Verdict } from "../status/cluster-verdict.ts";
import { STATUS_HEAD, statusRow } from "../status/status-row.ts";
import { type Terminal, write } from "../terminal.ts";
import { membersOf } from "../with-store.ts";

/** Without a leader the members are not known soon, ms; then the nodes' own words must do. */
const LEARN_MS = 1000;

/**
 * Asks every node how it is and says first whether the cluster is safe.
 *
 * @returns the exit status: 4 where writes cannot be accepted now.
 */
export async function status(terminal: Terminal, options: GivenGlobals): Promise<number> {
  const timeoutMs = timeoutOf(options);
  const { nodes, known } = await askAll(endpointsOf(options, terminal), timeoutMs);
  const verdict = clusterVerdict(nodes, known);
  const rows = nodes.map((node) => statusRow(node, nodes, known));

  await write(
    terminal.out,
    options.output === "json"
      ? `${JSON.stringify(nodes.map(statusJson))}\n`
      : shown(terminal, verdict, rows),
  );
  return verdict.acceptsWrites ? EXIT.ok : EXIT.unavailable;
}

interface Answers {
  readonly nodes: readonly EndpointStatus[];
  /** Absent where no node could tell who takes part. */
  readonly known: KnownMembers | undefined;
}

/** Asks those who were given, then the members that they know beside them. */
async function askAll(endpoints: readonly string[], timeoutMs: number): Promise<Answers> {
  const given = await Promise.all(endpoints.map((endpoint) => ask(endpoint, timeoutMs)));
  const up = given.flatMap(({ kind, endpoint }) => (kind === "up" ? [endpoint] : []));
  if (up.length === 0) return { nodes: given, known: undefined };
  const [members, told] = await Promise.all([
    knownMembers(up, timeoutMs),
    membersOf(up, timeoutMs),
  ]);
  const others = (told ?? []).filter((endpoint) => !endpoints.includes(endpoint));
  const asked = await Promise.all(others.map((endpoint) => ask(endpoint, timeoutMs)));
  const nodes = [...given, ...asked];
  return { nodes, known: members === undefined ? undefined : idsOf(members) };
}

/** Who takes part, as the leader knows; without one nobody can be sure. */
async function knownMembers(
  endpoints: readonly string[],
  timeoutMs: number,
): Promise<readonly ClusterMember[] | undefined> {
  const { connectAdmin } = await import("@holdfast/client");
  using admin = connectAdmin(endpoints);
  try {
    return await admin.members({ timeoutMs: Math.min(timeoutMs, LEARN_MS) });
  } catch {
    return undefined;
  }
}

function idsOf(members: readonly ClusterMember[]): KnownMembers {
  const voters = members.filter(({ isLearner, isPromoting }) => !isLearner && !isPromoting);
  return {
    all: new Set(members.map(({ id }) => id)),
    voters: new Set(voters.map(({ id }) => id)),
  };
}

async function ask(endpoint: string, timeoutMs: number): Promise<EndpointStatus> {
  const { EtcdEndpoint } = await import("@holdfast/client");
  const node = new EtcdEndpoint(endpoint);
  try {
    return await node.status({ timeoutMs });
  } finally {
    node.close();
  }
}

function shown(terminal: Terminal, verdict: Verdict, rows: readonly (readonly string[])[]): string {
  const { colours } = terminal;
  const colour = { good: colours.green, worse: colours.yellow, bad: colours.red }[verdict.state];
  return `${colour(verdict.sentence)}\n\n${table(terminal, STATUS_HEAD, rows)}`;
}
