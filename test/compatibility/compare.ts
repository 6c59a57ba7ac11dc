import { parseArgs } from "node:util";
import { compareCommands } from "./compare-commands.ts";
import { compareRequests } from "./compare-requests.ts";
import { compareWatches } from "./compare-watches.ts";
import { describeReport } from "./describe-report.ts";
import { startPair } from "./stores/store-pair.ts";

const USAGE = `npm run compare -- [--requests N] [--watches N] [--etcdctl] [--seed S] [--nodes N] [--differences N]

  --requests N     so many random requests
  --watches N      so many random steps of writes and watches
  --etcdctl        every command of etcdctl
                   (default: 20000 requests, then 2000 steps of watches, then etcdctl; each on stores of its own)
  --seed S         of all chance (default: from the clock, and printed)
  --nodes N        of either cluster, but for etcdctl (default 1)
  --differences N  end after so many differences of requests (default 1)`;

const DEFAULT_REQUESTS = 20_000;
const DEFAULT_WATCHES = 2_000;
const USAGE_ERROR = 64;

interface Plan {
  readonly requests: number;
  readonly watches: number;
  readonly etcdctl: boolean;
  readonly seed: number;
  readonly nodes: number;
  readonly differencesMax: number;
}

/** `npm run compare`: the status that the process ends with. */
export async function main(args: readonly string[]): Promise<number> {
  const plan = planOf(args);
  if (plan === undefined) {
    show(USAGE);
    return USAGE_ERROR;
  }
  const { requests, watches, etcdctl } = plan;
  show(`seed ${plan.seed}, ${plan.nodes} nodes of each`);
  let alike = true;
  if (requests > 0) alike = (await timed(() => requestsAlike(plan))) && alike;
  if (watches > 0) alike = (await timed(() => watchesAlike(plan))) && alike;
  if (etcdctl) alike = (await timed(compareCommands)) && alike;
  return alike ? 0 : 1;
}

/** `undefined` for what cannot be understood, and for whoever wants to know. */
function planOf(args: readonly string[]): Plan | undefined {
  const { values: given } = parseArgs({
    args: [...args],
    options: {
      requests: { type: "string" },
      watches: { type: "string" },
      etcdctl: { type: "boolean", default: false },
      seed: { type: "string", default: String(Date.now() % 2 ** 31) },
      nodes: { type: "string", default: "1" },
      differences: { type: "string", default: "1" },
      help: { type: "boolean", default: false },
    },
  });
  const isAll = !given.etcdctl && given.requests === undefined && given.watches === undefined;
  const plan = {
    requests: Number(given.requests ?? (isAll ? DEFAULT_REQUESTS : 0)),
    watches: Number(given.watches ?? (isAll ? DEFAULT_WATCHES : 0)),
    seed: Number(given.seed),
    nodes: Number(given.nodes),
    differencesMax: Number(given.differences),
  };
  const isUsable = Object.values(plan).every((value) => Number.isSafeInteger(value) && value >= 0);
  if (given.help || !isUsable || plan.nodes < 1) return undefined;
  return { ...plan, etcdctl: given.etcdctl || isAll };
}

async function requestsAlike(plan: Plan): Promise<boolean> {
  await using pair = await startPair(plan.nodes);
  const report = await compareRequests(pair, plan);
  show(describeReport(report));
  return report.differences.length === 0;
}

async function watchesAlike({ nodes, seed, watches }: Plan): Promise<boolean> {
  await using pair = await startPair(nodes);
  try {
    const report = await compareWatches(pair, { seed, steps: watches });
    show(`watches: ${JSON.stringify(report)}, all told the same`);
    return true;
  } catch (failure) {
    show(`watches: ${String(failure)}`);
    return false;
  }
}

async function timed(run: () => Promise<boolean>): Promise<boolean> {
  const began = performance.now();
  const alike = await run();
  show(`${((performance.now() - began) / 1000).toFixed(1)} s`);
  return alike;
}

function show(text: string): void {
  process.stdout.write(`${text}\n`);
}
