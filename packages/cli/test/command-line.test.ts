import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import picocolors from "picocolors";
import { expect, onTestFinished, test } from "vitest";
import { run } from "../src/run.ts";
import { listen } from "./ports.ts";

interface Printed {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

async function holdfast(
  given: readonly string[],
  { env = {}, input = "" }: { readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Promise<Printed> {
  const out = new PassThrough();
  const err = new PassThrough();
  const exitCode = await run(given, {
    out,
    err,
    input: Readable.from([Buffer.from(input)]),
    env,
    isInteractive: false,
    colours: picocolors.createColors(false),
  });
  return { exitCode, out: textOf(out), err: textOf(err) };
}

function textOf(stream: PassThrough): string {
  const bytes: unknown = stream.read();
  return bytes instanceof Buffer ? bytes.toString() : "";
}

function temporaryFile(name: string, text: string): string {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-cli-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, name), text);
  return join(directory, name);
}

test("help groups the commands, and each command shows examples", async () => {
  const all = await holdfast(["--help"]);
  const one = await holdfast(["get", "--help"]);

  expect(all.exitCode).toBe(0);
  expect(all.out).toMatch(
    /Keys:\n {2}get .*Cluster:\n {2}status .*Members:\n {2}member .*Measuring:\n {2}bench /s,
  );
  expect(one.out).toMatch(/Examples:\n {2}holdfast get greeting\n/);
  expect(one.out).not.toContain("--endpoints <list>");
});

test.each([
  { given: ["nonsense"], says: "error USAGE: unknown command 'nonsense'" },
  { given: ["get"], says: "error USAGE: missing required argument 'key'" },
  { given: ["put", "k"], says: "error USAGE: missing required argument 'value'" },
  { given: ["put", "", "v"], says: "error USAGE: a key must not be empty" },
  { given: ["get", "a", "--bogus"], says: "error USAGE: unknown option '--bogus'" },
  { given: ["get", "a", "-o", "xml"], says: "Allowed choices are simple, table, json" },
  { given: ["get", "a", "--limit", "-1"], says: "--limit expects a whole number from 0" },
  { given: ["get", "a", "--timeout", "0"], says: "--timeout expects a whole number from 1" },
  { given: ["get", "a", "--prefix", "--range", "b"], says: "only one of --prefix, --range" },
  { given: ["del", "", "--prefix"], says: "add --yes if that is meant" },
  { given: ["del", "", "--from-key"], says: "add --yes if that is meant" },
  { given: ["member", "add", "n4"], says: "required option '--peer <address>' not specified" },
  { given: ["member", "add", "n 4", "--peer", "a:1"], says: "NAME is the node's id" },
  { given: ["member", "add", "n4", "--peer", "0.0.0.0:2380"], says: "--peer expects host:port" },
  { given: ["member", "add", "n4", "--peer", "10.0.0.4"], says: "such as 10.0.0.4:2380" },
  { given: ["member", "update", "n4"], says: "nothing to update: give --peer, --client or both" },
  { given: ["member", "remove"], says: "missing required argument 'member'" },
  { given: ["bench", "failover", "--rounds", "x"], says: "--rounds expects a whole number" },
  { given: ["bench", "values", "--sizes", "64,x"], says: "--sizes expects a whole number" },
  { given: ["serve", "--node", "n1"], says: "required option '--config <file>' not specified" },
  {
    given: ["up", "no-such.yaml"],
    says: "no-such.yaml: expected a file that can be read, found none",
  },
  { given: ["up", "--log-level", "loud"], says: "--log-level: expected one of debug" },
])("$given is refused with exit status 1", async ({ given, says }) => {
  const { exitCode, out, err } = await holdfast(given);

  expect(err).toContain(says);
  expect(out).toBe("");
  expect(exitCode).toBe(1);
});

test("a transaction that cannot be read is refused by its line, before anything is sent", async () => {
  const { exitCode, err } = await holdfast(["txn"], { input: "version(k) = 0\n\nput k\n" });

  expect(err).toContain("error USAGE: line 3: put takes a key and a value");
  expect(exitCode).toBe(1);
});

test("a node is not started on a port that is taken, and the holder is named", async () => {
  const port = await listen(0);
  const file = temporaryFile(
    "cluster.yaml",
    `cluster: demo\nnodes: [{ id: n1, client: "127.0.0.1:${port}", peer: "127.0.0.1:1", data: n1 }]`,
  );

  const { exitCode, err } = await holdfast(["up", file]);

  expect(err).toContain(
    `127.0.0.1:${port} (n1 client) is taken by process ${process.pid}: ${process.argv0}`,
  );
  expect(err).toContain("next: end that process");
  expect(exitCode).toBe(1);
});

test("variables that name one node are refused where several are started", async () => {
  const { exitCode, err } = await holdfast(["up"], { env: { HOLDFAST_DATA: "here" } });

  expect(err).toContain("HOLDFAST_DATA: expected to be unset");
  expect(exitCode).toBe(1);
});

test("a variable that nothing reads is refused with the one that was meant", async () => {
  const { exitCode, err } = await holdfast(["up"], { env: { HOLDFAST_HEARTBEAT: "5" } });

  expect(err).toContain("HOLDFAST_HEARTBEAT: expected HOLDFAST_HEARTBEAT_MS");
  expect(exitCode).toBe(1);
});

test("a node that is not in the file is refused with those that are", async () => {
  const file = temporaryFile(
    "cluster.yaml",
    'cluster: demo\nnodes: [{ id: n1, client: "127.0.0.1:1", peer: "127.0.0.1:2", data: n1 }]',
  );

  const { exitCode, err } = await holdfast(["serve", "--config", file, "--node", "n2"]);

  expect(err).toContain('expected a node with one of the ids n1, found "n2"');
  expect(exitCode).toBe(1);
});

test("the command says that it is not built where there is no build", () => {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-bin-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const command = join(directory, "bin/holdfast.mjs");
  cpSync(new URL("../bin", import.meta.url), join(directory, "bin"), { recursive: true });

  const { status, stderr } = spawnSync(process.execPath, [command], { encoding: "utf8" });

  expect(stderr).toBe("not built: npm run build\n");
  expect(status).toBe(1);
});
