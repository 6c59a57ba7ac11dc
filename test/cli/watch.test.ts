import { expect, test } from "vitest";
import { type CommandResult, holdfast } from "../run-command.ts";
import { sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster();

function run(...args: readonly string[]): Promise<CommandResult> {
  return holdfast(["--endpoints", cluster().endpoints.join(","), ...args]);
}

async function put(key: string, value: string): Promise<number> {
  const { stdout } = await run("put", key, value);
  return Number(/revision (\d+)/.exec(stdout)?.[1]);
}

test("watch prints what happened from a revision on, line by line, and what was before", async () => {
  const first = await put("line", "1");
  const second = await put("line", "2\n");
  await run("del", "line");

  const { code, stdout } = await run(
    "watch",
    "line",
    "--rev",
    `${first}`,
    "--prev-kv",
    "--count",
    "3",
  );

  expect(code).toBe(0);
  expect(stdout).toBe(
    `${first}\tPUT\tline\t1\n` +
      `${second}\tPUT\tline\t2\\n\twas 1\n` +
      `${second + 1}\tDELETE\tline\twas 2\\n\n`,
  );
});

test("watch -o json names things as etcd does", async () => {
  const revision = await put("json/a", "x");
  const { stdout } = await run(
    "watch",
    "json/",
    "--prefix",
    "--rev",
    `${revision}`,
    "--count",
    "1",
    "-o",
    "json",
  );

  expect(JSON.parse(stdout)).toEqual({
    type: "PUT",
    kv: {
      key: "json/a",
      create_revision: `${revision}`,
      mod_revision: `${revision}`,
      version: "1",
      value: "x",
      lease: "0",
    },
  });
});

test("a watch waits for what is to come", async () => {
  const revision = await put("coming", "now");
  const watching = run("watch", "coming", "--rev", `${revision + 1}`, "--count", "1");
  await put("coming", "later");

  expect(await watching).toMatchObject({
    code: 0,
    stdout: `${revision + 1}\tPUT\tcoming\tlater\n`,
  });
});

test("a watch of what was compacted says so, with exit status 3", async () => {
  await put("old", "1");
  const revision = await put("old", "2");
  await run("compact", `${revision}`);

  const { code, stderr } = await run("watch", "old", "--rev", "1");

  expect(code).toBe(3);
  expect(stderr).toContain(`the oldest revision kept is ${revision}`);
});
