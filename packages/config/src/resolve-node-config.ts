import type { z } from "zod";
import { checkClusterConfig, formatPath } from "./check-cluster-config.ts";
import { CLUSTER_LIMITS, type ClusterConfig, type NodeConfig } from "./cluster-config.ts";
import {
  addressSchema,
  dataSchema,
  electionTimeoutSchema,
  heartbeatSchema,
  quotaSchema,
} from "./cluster-config-schema.ts";
import {
  type CompactionConfig,
  compactionModeSchema,
  readCompaction,
  retentionSchema,
  writtenCompaction,
} from "./compaction-config.ts";
import { ConfigError } from "./config-error.ts";
import {
  CLUSTER_VARIABLES,
  checkEnvironment,
  type Environment,
  NODE_VARIABLES,
} from "./environment.ts";
import { LOG_LEVELS, type LogLevel } from "./log-levels.ts";
import { nearest } from "./nearest.ts";

/** Overrides as the command line gives them: text, not checked; undefined is "not given". */
export interface NodeFlags {
  readonly client?: string | undefined;
  readonly peer?: string | undefined;
  readonly data?: string | undefined;
  readonly heartbeatMs?: string | undefined;
  readonly electionTimeoutMs?: string | undefined;
  readonly quotaBytes?: string | undefined;
  readonly compactionMode?: string | undefined;
  readonly compactionRetention?: string | undefined;
  readonly logLevel?: string | undefined;
}

/** All that one node needs to know to run. */
export interface ResolvedNodeConfig {
  /** The cluster as this node sees it, its own overrides included. */
  readonly config: ClusterConfig;
  readonly node: NodeConfig;
  readonly logLevel: LogLevel;
}

/**
 * One node's configuration: flags over `HOLDFAST_*` variables over the file.
 *
 * @throws ConfigError if the file has no such node, a variable is unknown, or a value does not fit.
 */
export function resolveNodeConfig(given: {
  readonly config: ClusterConfig;
  readonly nodeId: string;
  readonly flags?: NodeFlags | undefined;
  readonly env?: Environment | undefined;
}): ResolvedNodeConfig {
  const { config, nodeId, flags = {}, env = {} } = given;
  checkEnvironment(env);
  const inFile = findNode(config, nodeId);
  const client = override(flags, env, "client", addressSchema) ?? inFile.client;
  const peer = override(flags, env, "peer", addressSchema) ?? inFile.peer;
  const data = override(flags, env, "data", dataSchema) ?? inFile.data;
  const heartbeatMs =
    override(flags, env, "heartbeatMs", heartbeatSchema, wholeNumber) ?? config.raft.heartbeatMs;
  const electionTimeoutMs =
    override(flags, env, "electionTimeoutMs", electionTimeoutSchema, wholeNumber) ??
    config.raft.electionTimeoutMs;
  const quotaBytes = resolveQuota(config, flags, env);

  const node = Object.freeze({ ...inFile, client, peer, data });
  const resolved: ClusterConfig = Object.freeze({
    cluster: config.cluster,
    raft: Object.freeze({ heartbeatMs, electionTimeoutMs }),
    limits: Object.freeze({ ...config.limits, quotaBytes }),
    compaction: resolveCompaction(config.compaction, flags, env),
    nodes: Object.freeze(config.nodes.map((one) => (one.id === nodeId ? node : one))),
  });
  refuseBrokenRules(resolved);
  return Object.freeze({ config: resolved, node, logLevel: resolveLogLevel(flags, env) });
}

type Overridable = keyof NodeFlags;

const VARIABLES: Readonly<Record<Overridable, string>> = {
  ...NODE_VARIABLES,
  ...CLUSTER_VARIABLES,
};

function findNode(config: ClusterConfig, nodeId: string): NodeConfig {
  const node = config.nodes.find(({ id }) => id === nodeId);
  if (node !== undefined) return node;
  const ids = config.nodes.map(({ id }) => id);
  const meant = nearest(nodeId, ids);
  throw problem({
    source: `cluster ${config.cluster}`,
    path: "nodes",
    expected: `a node with one of the ids ${ids.join(", ")}`,
    found: `"${nodeId}"${meant === undefined ? "" : ` (did you mean ${meant}?)`}`,
  });
}

function override<T>(
  flags: NodeFlags,
  env: Environment,
  field: Overridable,
  schema: z.ZodType<T>,
  read: (text: string) => unknown = (text) => text,
): T | undefined {
  const written = writtenValue(flags, env, field);
  if (written === undefined) return undefined;
  const checked = schema.safeParse(read(written.text));
  if (checked.success) return checked.data;
  const expected = checked.error.issues[0]?.message ?? "another value";
  throw problem({ source: written.source, path: "", expected, found: `"${written.text}"` });
}

/** An empty variable counts as not set: shells and unit files leave such behind. */
function writtenValue(
  flags: NodeFlags,
  env: Environment,
  field: Overridable,
): { readonly text: string; readonly source: string } | undefined {
  const flag = flags[field];
  if (flag !== undefined) return { text: flag, source: `--${kebab(field)}` };
  const variable = VARIABLES[field];
  const text = env[variable];
  return text === undefined || text === "" ? undefined : { text, source: variable };
}

function resolveQuota({ limits }: ClusterConfig, flags: NodeFlags, env: Environment): number {
  const given = override(flags, env, "quotaBytes", quotaSchema, integer);
  // As in the file 0 is the default.
  return given === undefined ? limits.quotaBytes : given || CLUSTER_LIMITS.quotaBytes;
}

/** A mode of its own does not keep the retention of the file, which counts in other units. */
function resolveCompaction(
  inFile: CompactionConfig,
  flags: NodeFlags,
  env: Environment,
): CompactionConfig {
  const mode = override(flags, env, "compactionMode", compactionModeSchema);
  const retention = override(flags, env, "compactionRetention", retentionSchema);
  if (mode === undefined && retention === undefined) return inFile;
  const isKept = mode === undefined || mode === inFile.mode;
  const base = isKept ? writtenCompaction(inFile) : {};
  const compaction = readCompaction({
    ...base,
    ...(mode === undefined ? {} : { mode }),
    ...(retention === undefined ? {} : { retention }),
  });
  if (!("expected" in compaction)) return Object.freeze(compaction);
  const field = retention === undefined ? "compactionMode" : "compactionRetention";
  const source = writtenValue(flags, env, field)?.source ?? "";
  throw problem({ source, path: "", ...compaction });
}

function resolveLogLevel(flags: NodeFlags, env: Environment): LogLevel {
  const written = writtenValue(flags, env, "logLevel");
  if (written === undefined) return "info";
  const level = LOG_LEVELS.find((known) => known === written.text);
  if (level !== undefined) return level;
  const expected = `one of ${LOG_LEVELS.join(", ")}`;
  throw problem({ source: written.source, path: "", expected, found: `"${written.text}"` });
}

function refuseBrokenRules(config: ClusterConfig): void {
  const broken = checkClusterConfig(config);
  if (broken.length === 0) return;
  const problems = broken.map(({ path, expected, found }) => ({
    path: formatPath(path),
    line: undefined,
    expected,
    found,
  }));
  throw new ConfigError("flags and environment over the file", problems);
}

function problem(at: {
  readonly source: string;
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}): ConfigError {
  const { source, path, expected, found } = at;
  return new ConfigError(source, [{ path, line: undefined, expected, found }]);
}

function integer(text: string): unknown {
  return /^-?\d{1,16}$/.test(text) ? Number(text) : text;
}

function wholeNumber(text: string): unknown {
  return /^\d{1,9}$/.test(text) ? Number(text) : text;
}

function kebab(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
