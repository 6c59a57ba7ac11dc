import { freePorts } from "@holdfast/testkit";
import { describe, expect, test } from "vitest";
import { type CommandOptions, type CommandResult, holdfast } from "../run-command.ts";
import { sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster();

function run(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return holdfast(["--endpoints", cluster().endpoints.join(","), ...args], options);
}

// Each test has keys of its own; most of their time is the start of a process.
describe.concurrent("holdfast", () => {
  test("put says OK and the revision; get prints the value alone", async () => {
    expect(await run(["put", "greeting", "hello"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^OK, revision \d+\n$/),
      stderr: "",
    });
    expect(await run(["get", "greeting"])).toEqual({ code: 0, stdout: "hello\n", stderr: "" });
  });

  test("get of a key that is not there prints nothing and exits with 2", async () => {
    expect(await run(["get", "nothing"])).toEqual({ code: 2, stdout: "", stderr: "" });
  });

  test("put reads the value - from standard input", async () => {
    await run(["put", "piped", "-"], { input: "from a pipe" });

    expect((await run(["get", "piped"])).stdout).toBe("from a pipe\n");
  });

  test("get --prefix prints a line for each key, with a tab, in a pipe", async () => {
    await run(["put", "list/b", "two"]);
    await run(["put", "list/a", "one"]);

    expect((await run(["get", "list/", "--prefix"])).stdout).toBe("list/a\tone\nlist/b\ttwo\n");
  });

  test("get -o json has the revisions named as in etcd", async () => {
    await run(["put", "json", "value"]);

    const { kvs, count } = JSON.parse((await run(["get", "json", "-o", "json"])).stdout);

    expect(count).toBe("1");
    expect(kvs).toMatchObject([{ key: "json", value: "value", version: "1", lease: "0" }]);
  });

  test("addresses are taken from HOLDFAST_ENDPOINTS too", async () => {
    await run(["put", "environment", "works"]);
    const env = { HOLDFAST_ENDPOINTS: cluster().endpoints.join(",") };

    expect(await holdfast(["get", "environment"], { env })).toMatchObject({ stdout: "works\n" });
  });

  test("del tells how many it deleted, and that there was none is no failure", async () => {
    await run(["put", "doomed", "1"]);

    expect(await run(["del", "doomed"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^deleted 1, revision \d+\n$/),
    });
    expect(await run(["del", "doomed"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^deleted 0, /),
    });
  });

  test("del of everything is refused without --yes", async () => {
    const { code, stderr } = await run(["del", "", "--prefix"]);

    expect(code).toBe(1);
    expect(stderr).toContain("--yes");
  });

  test("txn says which branch it took, and exits with 0 either way", async () => {
    const input = "version(lock) = 0\n\nput lock me\n\nget lock\n";

    expect(await run(["txn"], { input })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^SUCCESS\nOK, revision \d+\n$/),
    });
    expect(await run(["txn"], { input })).toMatchObject({
      code: 0,
      stdout: "FAILURE\nlock\tme\n",
    });
  });

  test("get of a revision to come exits with 3 and says what to do", async () => {
    const { code, stderr } = await run(["get", "greeting", "--rev", "1000000"]);

    expect(code).toBe(3);
    expect(stderr).toContain("error FUTURE_REVISION");
    expect(stderr).toContain("next: ");
  });

  test("status says first that the cluster is safe, then how each node is", async () => {
    const { code, stdout } = await run(["status"]);

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^HEALTHY: can lose 1 node; 3 of 3 nodes take part, leader 127\.0\.0\.1:/,
    );
    for (const endpoint of cluster().endpoints) expect(stdout).toContain(endpoint);
  });

  test("status -o json has one object for each node", async () => {
    const nodes: readonly { readonly endpoint: string }[] = JSON.parse(
      (await run(["status", "-o", "json"])).stdout,
    );

    const endpoints = nodes.map(({ endpoint }) => endpoint);
    expect(endpoints.sort()).toEqual([...cluster().endpoints].sort());
  });

  test("a cluster that does not answer makes exit status 4, with what to do", async () => {
    const [port] = await freePorts(1);

    const { code, stderr } = await holdfast([
      "--endpoints",
      `127.0.0.1:${port}`,
      "--timeout",
      "500",
      "get",
      "key",
    ]);

    expect(code).toBe(4);
    expect(stderr).toMatch(/^error (TIMEOUT|UNAVAILABLE): /);
    expect(stderr).toContain("next: ");
  });

  test.each([
    { args: ["gett", "key"], says: "gett" },
    { args: ["get"], says: "key" },
    { args: ["get", "a", "--limit", "many"], says: "--limit expects a whole number" },
  ])("wrong usage exits with 1 and names what is wrong: $args", async ({ args, says }) => {
    const { code, stderr } = await holdfast(args);

    expect(code).toBe(1);
    expect(stderr).toContain("error USAGE");
    expect(stderr).toContain(says);
  });
});
