import type { EndpointStatus } from "@holdfast/client";
import { EXIT } from "../exit-codes.ts";
import { endpointsOf, type GivenGlobals, timeoutOf } from "../global-options.ts";
import { statusJson } from "../output/etcd-json.ts";
import { table } from "../output/table.ts";
import { clusterVerdict, type Verdict } from "../status/cluster-verdict.ts";
import { STATUS_HEAD, statusRow } from "../status/status-row.ts";
import { type Terminal, write } from "../terminal.ts";
import { membersOf } from "../with-store.ts";

/**
 * Asks every node how it is and says first whether the cluster is safe.
 *
 * @returns the exit status: 4 where writes cannot be accepted now.
 */
export async function status(terminal: Terminal, options: GivenGlobals): Promise<number> {
  const timeoutMs = timeoutOf(options);
  const nodes = await askAll(endpointsOf(options, terminal), timeoutMs);
  const verdict = clusterVerdict(nodes);

  await write(terminal.out, shown(terminal, nodes, verdict, options));
  return verdict.acceptsWrites ? EXIT.ok : EXIT.unavailable;
}

async function askAll(
  endpoints: readonly string[],
  timeoutMs: number,
): Promise<readonly EndpointStatus[]> {
  const given = await Promise.all(endpoints.map((endpoint) => ask(endpoint, timeoutMs)));
  const up = given.find(({ kind }) => kind === "up");
  if (up === undefined) return given;
  const members = await membersOf([up.endpoint], timeoutMs);
  if (members === undefined) return given;
  return Promise.all(
    members.map(
      (member) => given.find(({ endpoint }) => endpoint === member) ?? ask(member, timeoutMs),
    ),
  );
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

function shown(
  terminal: Terminal,
  nodes: readonly EndpointStatus[],
  verdict: Verdict,
  { output }: GivenGlobals,
): string {
  if (output === "json") return `${JSON.stringify(nodes.map(statusJson))}\n`;
  const { colours } = terminal;
  const colour = { good: colours.green, worse: colours.yellow, bad: colours.red }[verdict.state];
  const rows = nodes.map((node) => statusRow(node, nodes));
  return `${colour(verdict.sentence)}\n\n${table(terminal, STATUS_HEAD, rows)}`;
}
