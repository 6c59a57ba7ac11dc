import { eventually, type NodeProcess } from "@holdfast/testkit";

const WITHIN_MS = 15_000;

/** What a node says of the room on its disk: its metric, its health, its status and its log. */
export async function roomOf(node: NodeProcess): Promise<{
  readonly isShort: boolean;
  readonly health: string;
  readonly errors: readonly string[];
  readonly timesLogged: number;
}> {
  const [metrics, health, status, log] = await Promise.all([
    node.metrics(),
    fetch(`http://${node.client}/health`).then((answer) => answer.text()),
    node.status(),
    node.logs(),
  ]);
  return {
    isShort: metrics.get("holdfast_disk_short") === 1,
    health,
    errors: status.kind === "up" ? status.errors : [status.reason],
    timesLogged: log.split("the disk is nearly full").length - 1,
  };
}

/** Resolves once the node says that it has room, or none. */
export async function roomBecomes(node: NodeProcess, is: "short" | "enough"): Promise<void> {
  await eventually(
    async () => (await node.metrics()).get("holdfast_disk_short") === Number(is === "short"),
    { within: WITHIN_MS, what: `room of ${node.id} being ${is}` },
  );
}

/** Resolves once the node has logged a line with that message. */
export async function logged(node: NodeProcess, message: string): Promise<void> {
  await eventually(async () => (await node.logs()).includes(message), {
    within: WITHIN_MS,
    what: `"${message}" in the log of ${node.id}`,
  });
}
