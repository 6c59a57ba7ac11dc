import { type FileHandle, open } from "node:fs/promises";
import { codeOf, messageOf } from "@holdfast/base";
import { type Document, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { type BrokenRule, checkClusterConfig, formatPath } from "./check-cluster-config.ts";
import { CLUSTER_LIMITS, type ClusterConfig } from "./cluster-config.ts";
import { clusterConfigSchema, type WrittenConfig } from "./cluster-config-schema.ts";
import { type CompactionConfig, readCompaction } from "./compaction-config.ts";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { nearest } from "./nearest.ts";

/** A configuration file at most, bytes: some thousand times the largest that is of use. */
export const CONFIG_BYTES_MAX: number = 1024 * 1024;

const HEARTBEAT_MS_DEFAULT = 100;
const ELECTION_TIMEOUT_MS_DEFAULT = 1000;
const FOUND_LENGTH_MAX = 60;

/**
 * Reads and checks a cluster's file.
 *
 * @throws ConfigError that names the file and all that is wrong in it.
 */
export async function loadClusterConfig(path: string): Promise<ClusterConfig> {
  return parseClusterConfig(await readText(path), path);
}

/**
 * Checks the text of a cluster's file; `path` is only named in errors.
 *
 * @throws ConfigError with all that is wrong: a field that is unknown, missing or of the wrong form,
 * then ids, addresses or directories used twice and timings that do not fit.
 */
export function parseClusterConfig(text: string, path: string): ClusterConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      path: "",
      line: lines.linePos(error.pos[0]).line,
      expected: "YAML",
      found: `text that is not: ${error.message}`,
    }));
    throw new ConfigError(path, problems);
  }
  const source: Source = { document, lines, value: toValue(document, path) };

  const checked = clusterConfigSchema.safeParse(source.value);
  if (!checked.success) {
    const problems = checked.error.issues.flatMap((issue) => issueProblems(source, issue));
    throw new ConfigError(path, problems);
  }
  const compaction = readCompaction(checked.data.compaction);
  if ("expected" in compaction) {
    const rule = { path: ["compaction", "retention"], ...compaction };
    throw new ConfigError(path, [brokenRuleProblem(source, rule)]);
  }
  const config = withDefaults(checked.data, compaction);
  const broken = checkClusterConfig(config);
  if (broken.length > 0) {
    const problems = broken.map((rule) => brokenRuleProblem(source, rule));
    throw new ConfigError(path, problems);
  }
  return config;
}

interface Source {
  readonly document: Document;
  readonly lines: LineCounter;
  /** What the document says, as plain values. */
  readonly value: unknown;
}

async function readText(path: string): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const { size } = await file.stat();
    if (size > CONFIG_BYTES_MAX) {
      throw unreadable(path, `at most ${CONFIG_BYTES_MAX} bytes`, `${size}`);
    }
    return await file.readFile("utf8");
  } catch (failure) {
    if (failure instanceof ConfigError) throw failure;
    const isMissing = codeOf(failure) === "ENOENT";
    throw unreadable(path, "a file that can be read", isMissing ? "none" : messageOf(failure));
  } finally {
    await file?.close();
  }
}

function toValue(document: Document, path: string): unknown {
  try {
    return document.toJS();
  } catch (failure) {
    // Aliases that multiply without bound are refused by the library here.
    throw unreadable(path, "YAML without excessive aliases", messageOf(failure));
  }
}

function unreadable(path: string, expected: string, found: string): ConfigError {
  return new ConfigError(path, [{ path: "", line: undefined, expected, found }]);
}

function withDefaults(
  { cluster, raft, limits, nodes }: WrittenConfig,
  compaction: CompactionConfig,
): ClusterConfig {
  return Object.freeze({
    cluster,
    raft: Object.freeze({
      heartbeatMs: raft?.heartbeatMs ?? HEARTBEAT_MS_DEFAULT,
      electionTimeoutMs: raft?.electionTimeoutMs ?? ELECTION_TIMEOUT_MS_DEFAULT,
    }),
    limits: Object.freeze({
      diskReserveBytes: limits?.diskReserveBytes ?? CLUSTER_LIMITS.diskReserveBytes,
      snapshotBytesPerSecond:
        limits?.snapshotBytesPerSecond ?? CLUSTER_LIMITS.snapshotBytesPerSecond,
      hashCheckMs: limits?.hashCheckMs ?? CLUSTER_LIMITS.hashCheckMs,
      quotaBytes: limits?.quotaBytes || CLUSTER_LIMITS.quotaBytes,
    }),
    compaction: Object.freeze(compaction),
    nodes: Object.freeze(nodes.map((node) => Object.freeze({ ...node, zone: node.zone }))),
  });
}

function issueProblems(source: Source, issue: z.core.$ZodIssue): readonly ConfigProblem[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code !== "unrecognized_keys") {
    return [problemAt(source, path, issue.message, describe(valueAt(source.value, path)))];
  }
  const known = /the fields (.*)$/.exec(issue.message)?.[1]?.split(", ") ?? [];
  return issue.keys.map((key) => {
    const meant = nearest(key, known);
    const hint = meant === undefined ? "" : ` (did you mean ${meant}?)`;
    return problemAt(source, [...path, key], issue.message, `"${key}"${hint}`);
  });
}

function brokenRuleProblem(source: Source, { path, expected, found }: BrokenRule): ConfigProblem {
  return problemAt(source, path, expected, found);
}

function problemAt(
  source: Source,
  path: readonly (string | number)[],
  expected: string,
  found: string,
): ConfigProblem {
  return { path: formatPath(path), line: lineAt(source, path), expected, found };
}

/** The line of the value at `path`, or of the nearest thing around it that the file has. */
function lineAt(
  { document, lines }: Source,
  path: readonly (string | number)[],
): number | undefined {
  for (let depth = path.length; depth >= 0; depth--) {
    const found: unknown = document.getIn(path.slice(0, depth), true);
    if (typeof found !== "object" || found === null || !("range" in found)) continue;
    const { range } = found;
    if (Array.isArray(range) && typeof range[0] === "number") return lines.linePos(range[0]).line;
  }
  return undefined;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (within, step) =>
      typeof within === "object" && within !== null ? Reflect.get(within, step) : undefined,
    value,
  );
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a group of fields";
  const text = JSON.stringify(value);
  return text.length > FOUND_LENGTH_MAX ? `${text.slice(0, FOUND_LENGTH_MAX)}…` : text;
}
