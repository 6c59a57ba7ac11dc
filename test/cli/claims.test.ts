import { expect, test } from "vitest";
import { type CommandResult, holdfast } from "../run-command.ts";
import { sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster();

function run(...args: readonly string[]): Promise<CommandResult> {
  return holdfast(["--endpoints", cluster().endpoints.join(","), ...args]);
}

async function granted(seconds: string): Promise<string> {
  const { stdout } = await run("lease", "grant", seconds);
  return /^lease ([0-9a-f]{16}) granted for \d+ s\n$/.exec(stdout)?.[1] ?? stdout;
}

test("a lease is granted, looked at with its keys, renewed, listed and revoked", async () => {
  const id = await granted("60");
  await run("put", "hangs", "here", "--lease", id);

  const { stdout } = await run("lease", "ttl", id, "--keys");
  expect(stdout).toMatch(new RegExp(`^lease ${id}: [56]\\d of 60 s left\nhangs\n$`));
  expect((await run("lease", "keep-alive", id, "--once")).stdout).toBe(
    `lease ${id} renewed for 60 s\n`,
  );
  expect((await run("lease", "list")).stdout).toContain(`${id}\n`);
  expect((await run("lease", "revoke", id)).stdout).toBe(`lease ${id} revoked\n`);
  expect(await run("get", "hangs")).toMatchObject({ code: 2 });
});

test("of a lease that is not there ttl exits with 2, revoke and keep-alive with 3", async () => {
  expect(await run("lease", "ttl", "77")).toMatchObject({
    code: 2,
    stdout: "there is no lease 0000000000000077; it may have ended\n",
  });
  expect(await run("lease", "revoke", "77")).toMatchObject({ code: 3 });
  expect(await run("lease", "keep-alive", "77", "--once")).toMatchObject({ code: 3 });
  expect(await run("lease", "ttl", "no-id")).toMatchObject({ code: 1 });
});

test("lock runs a command while it holds the lock, and ends with its exit status", async () => {
  const words = ["sh", "-c", "echo $HOLDFAST_LOCK_KEY; exit 7"];
  const { code, stdout } = await run("lock", "deploy", "--", ...words);

  expect(code).toBe(7);
  expect(stdout).toMatch(/^deploy\/[0-9a-f]+\n$/);
  expect((await run("get", "deploy/", "--prefix", "--count-only")).stdout).toBe("0\n");
});

test("two locks of a name run their commands one after the other", async () => {
  const words = ["sh", "-c", "echo $HOLDFAST_LOCK_TOKEN"];
  const both = await Promise.all([
    run("lock", "turns", "--", ...words),
    run("lock", "turns", "--", ...words),
  ]);

  const [first, second] = both.map(({ stdout }) => Number(stdout));
  expect(first).not.toBe(second);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
});

test("a command that cannot be run is told as such, and the lock is free again", async () => {
  expect(await run("lock", "broken", "--", "no-such-command")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("the command cannot be run"),
  });
  expect((await run("get", "broken/", "--prefix", "--count-only")).stdout).toBe("0\n");
});

test("elect wants a value or --listen, not both and not neither", async () => {
  for (const words of [["post"], ["post", "me", "--listen"]]) {
    expect(await run("elect", ...words)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("give either a VALUE to campaign with or --listen"),
    });
  }
});
