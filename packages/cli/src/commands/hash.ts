import { messageOf } from "@holdfast/base";
import { EXIT } from "../exit-codes.ts";
import { endpointsOf, type GivenGlobals, timeoutOf } from "../global-options.ts";
import { type HashAnswer, hashVerdict } from "../hash/hash-verdict.ts";
import { hashJson } from "../output/etcd-json.ts";
import { table } from "../output/table.ts";
import { type Terminal, write } from "../terminal.ts";
import { membersOf } from "../with-store.ts";

const HEAD: readonly string[] = ["ENDPOINT", "HASH", "REVISION", "COMPACT REVISION", "TROUBLES"];

/**
 * Compares what the nodes have: each hashes all of it, up to a revision that all of
 * them have reached.
 *
 * @returns the exit status: 3 where two differ, 4 where too few could be compared.
 */
export async function hash(terminal: Terminal, options: GivenGlobals): Promise<number> {
  const timeoutMs = timeoutOf(options);
  const given = endpointsOf(options, terminal);
  const endpoints = (await membersOf(given, timeoutMs)) ?? given;
  const latest = await Promise.all(endpoints.map((endpoint) => ask(endpoint, 0, timeoutMs)));
  const least = leastRevision(latest);
  const answers = await Promise.all(latest.map((answer) => atRevision(answer, least, timeoutMs)));
  const verdict = hashVerdict(answers);

  const { colours } = terminal;
  const colour = { agree: colours.green, unclear: colours.yellow, differ: colours.red };
  const text =
    options.output === "json"
      ? `${JSON.stringify(answers.map(hashJson))}\n`
      : `${colour[verdict.state](verdict.sentence)}\n\n${table(terminal, HEAD, answers.map(row))}`;
  await write(terminal.out, text);
  return { agree: EXIT.ok, unclear: EXIT.unavailable, differ: EXIT.conflict }[verdict.state];
}

function leastRevision(answers: readonly HashAnswer[]): number {
  return Math.min(
    ...answers.map((answer) => (answer.kind === "up" ? answer.revision : Number.POSITIVE_INFINITY)),
  );
}

/** What a node has at the revision that all have; what it said stands if that is the same. */
function atRevision(
  answer: HashAnswer,
  revision: number,
  timeoutMs: number,
): HashAnswer | Promise<HashAnswer> {
  if (answer.kind === "down" || answer.revision === revision) return answer;
  return ask(answer.endpoint, revision, timeoutMs);
}

async function ask(endpoint: string, revision: number, timeoutMs: number): Promise<HashAnswer> {
  const { EtcdEndpoint } = await import("@holdfast/client");
  const node = new EtcdEndpoint(endpoint);
  try {
    return { kind: "up", endpoint, ...(await node.hashKv(revision, { timeoutMs })) };
  } catch (failure) {
    return { kind: "down", endpoint, reason: messageOf(failure) };
  } finally {
    node.close();
  }
}

function row(answer: HashAnswer): readonly string[] {
  if (answer.kind === "down") {
    return [answer.endpoint, "-", "-", "-", answer.reason.split("\n")[0] ?? ""];
  }
  const { endpoint, revision, compactRevision } = answer;
  const compacted = compactRevision < 0 ? "-" : String(compactRevision);
  return [endpoint, answer.hash.toString(16).padStart(8, "0"), String(revision), compacted, ""];
}
