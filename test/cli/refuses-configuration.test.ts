import { readFile, writeFile } from "node:fs/promises";
import { temporaryDirectory } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { holdfast } from "../run-command.ts";
import { writeClusterFile } from "./cluster-file.ts";

/** The answer of `up` to a file that differs from a good one in this. */
async function upWith(mistake: {
  readonly replace: string;
  readonly by: string;
}): Promise<{ readonly code: number | undefined; readonly stderr: string; readonly path: string }> {
  await using directory = await temporaryDirectory();
  const { path } = await writeClusterFile(directory.path, { nodes: 3 });
  const text = await readFile(path, "utf8");
  expect(text).toContain(mistake.replace);
  await writeFile(path, text.replace(mistake.replace, mistake.by));
  const { code, stderr } = await holdfast(["up", path]);
  return { code, stderr, path };
}

test("an unknown field is named with its file, its line and the field that was meant", async () => {
  const { code, stderr, path } = await upWith({ replace: "heartbeatMs", by: "heartbeatMS" });

  expect(code).toBe(1);
  expect(stderr).toContain("error CONFIG_INVALID");
  expect(stderr).toContain(`${path}:2: raft`);
  expect(stderr).toContain("did you mean heartbeatMs?");
});

test("a wrong value is named with what was expected", async () => {
  const { code, stderr } = await upWith({ replace: "heartbeatMs: 100", by: "heartbeatMs: often" });

  expect(code).toBe(1);
  expect(stderr).toContain("raft.heartbeatMs");
  expect(stderr).toContain("often");
});

test("a file that is not there is named", async () => {
  const { code, stderr } = await holdfast(["up", "nowhere/cluster.yaml"]);

  expect(code).toBe(1);
  expect(stderr).toContain("nowhere/cluster.yaml");
});

test("an unknown HOLDFAST_ variable is refused by its name", async () => {
  await using directory = await temporaryDirectory();
  const { path } = await writeClusterFile(directory.path, { nodes: 1 });

  const { code, stderr } = await holdfast(["up", path], { env: { HOLDFAST_HARTBEAT_MS: "50" } });

  expect(code).toBe(1);
  expect(stderr).toContain("HOLDFAST_HARTBEAT_MS");
});

test("a node that the file does not have is refused with those that it has", async () => {
  await using directory = await temporaryDirectory();
  const { path } = await writeClusterFile(directory.path, { nodes: 2 });

  const { code, stderr } = await holdfast(["serve", "--config", path, "--node", "n9"]);

  expect(code).toBe(1);
  for (const name of ["n9", "n1", "n2"]) expect(stderr).toContain(name);
});
