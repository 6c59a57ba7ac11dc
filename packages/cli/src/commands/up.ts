import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type ClusterConfig,
  ConfigError,
  type Environment,
  loadClusterConfig,
  NODE_VARIABLES,
  resolveNodeConfig,
} from "@holdfast/config";
import { EXIT } from "../exit-codes.ts";
import { COMMAND, REPOSITORY } from "../locations.ts";
import { watchStopSignals } from "../stop-signals.ts";
import { type Terminal, write } from "../terminal.ts";
import { checkPorts, listenings } from "../up/port-check.ts";
import type { Launch } from "../up/supervised-node.ts";
import { Supervisor } from "../up/supervisor.ts";
import { upScreen } from "../up/up-screen.ts";

export interface UpOptions {
  readonly logLevel?: string | undefined;
}

const DEFAULT_FILE = "cluster-configs/three-nodes.yaml";
/** libuv's pool serves the log's writes and LevelDB's jobs; four threads are too few for both (decision 13). */
const THREAD_POOL_SIZE = "8";

/**
 * Runs all nodes of a cluster's file on this machine until a signal ends it.
 *
 * @returns 0 only when every port is free again.
 */
export async function up(
  terminal: Terminal,
  file: string | undefined,
  options: UpOptions,
): Promise<number> {
  const path = file ?? defaultFile();
  const config = await checkedConfig(path, terminal.env, options);
  await checkPorts(listenings(config.nodes));

  const show = (line: string) =>
    terminal.out.write(`${terminal.colours.dim(timeOfDay())} ${line}\n`);
  const supervisor = new Supervisor({
    config,
    launch: launchOf(path, terminal.env, options),
    show,
  });
  const stopping = new Promise<readonly string[]>((settle) => {
    const stop = () => {
      if (!supervisor.isStopping) show(`stopping ${config.nodes.length} nodes`);
      settle(supervisor.stop());
    };
    const force = () => {
      supervisor.kill();
      process.exit(EXIT.usage);
    };
    watchStopSignals({ stop, force });
    // Nobody reads any more: what cannot be seen should not be left running.
    terminal.out.once("error", stop);
  });

  await write(terminal.out, `starting ${config.nodes.length} nodes of ${relative(".", path)}\n`);
  await supervisor.start();
  if (!supervisor.isStopping)
    await write(terminal.out, upScreen(terminal, config, supervisor.rows));

  const taken = await stopping;
  for (const address of taken) await write(terminal.err, `still in use: ${address}\n`);
  if (taken.length === 0) show("all nodes have ended, their ports are free");
  return taken.length === 0 ? EXIT.ok : EXIT.usage;
}

/** The file as its nodes will read it, so that what they would refuse is refused once, here. */
async function checkedConfig(
  path: string,
  env: Environment,
  options: UpOptions,
): Promise<ClusterConfig> {
  const config = await loadClusterConfig(path);
  const forOneNode = Object.values(NODE_VARIABLES).filter((name) => (env[name] ?? "") !== "");
  if (forOneNode.length > 0) {
    const problems = forOneNode.map((name) => ({
      path: name,
      line: undefined,
      expected: "to be unset, as it would be the same for every node",
      found: `"${env[name]}"`,
    }));
    throw new ConfigError("environment", problems);
  }
  const [first] = config.nodes;
  const flags = { logLevel: options.logLevel };
  return first === undefined
    ? config
    : resolveNodeConfig({ config, nodeId: first.id, flags, env }).config;
}

function defaultFile(): string {
  return existsSync(DEFAULT_FILE)
    ? resolve(DEFAULT_FILE)
    : fileURLToPath(new URL(DEFAULT_FILE, REPOSITORY));
}

function launchOf(path: string, env: NodeJS.ProcessEnv, { logLevel }: UpOptions): Launch {
  const level = logLevel === undefined ? [] : ["--log-level", logLevel];
  return {
    command: process.execPath,
    argumentsOf: (nodeId) => [COMMAND, "serve", "--config", path, "--node", nodeId, ...level],
    env: { UV_THREADPOOL_SIZE: THREAD_POOL_SIZE, ...env },
  };
}

function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8);
}
