import { mkdirSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@holdfast/base";
import { parseClusterConfig } from "@holdfast/config";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { SystemRandom } from "../src/adapters/system-random.ts";
import { DirectoryNotEmptyError } from "../src/backup/backup-errors.ts";
import { restoreCluster } from "../src/backup/restore-cluster.ts";

/** A snapshot of format 1, at revision 6. */
const GOLDEN = new URL("golden/snapshot-1.hex", import.meta.url);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-restore-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const golden = (await readFile(GOLDEN, "utf8")).replace(/\s/g, "");
  await writeFile(at("backup.db"), Buffer.from(golden, "hex"));
});

function at(name: string): string {
  return join(directory, name);
}

/** Restores nodes to these places; `reading` is called while the file is read. */
function restore(places: readonly string[], reading: () => void = () => undefined) {
  const nodes = places.map(
    (data, node) =>
      `  - { id: n${node}, client: "127.0.0.1:${3000 + node}", peer: "127.0.0.1:${4000 + node}", data: ${data} }`,
  );
  const text = ["cluster: restored", "nodes:", ...nodes].join("\n");
  return restoreCluster({
    file: at("backup.db"),
    config: parseClusterConfig(text, "cluster.yaml"),
    bumpRevision: 0,
    random: new SystemRandom(),
    logger: silentLogger,
    progress: reading,
  });
}

test.each([
  ["with a slash at its end", "node/", "node"],
  ["that a link leads to", "link", "elsewhere"],
  ["that is there, and empty", "elsewhere", "elsewhere"],
])("a node is restored to a directory %s", async (_what, name, place) => {
  await mkdir(at("elsewhere"));
  await symlink(at("elsewhere"), at("link"));

  await expect(restore([`${directory}/${name}`])).resolves.toMatchObject({ revision: 6 });

  expect(await readdir(at(place))).toEqual(expect.arrayContaining(["state.1", "store", "wal"]));
  expect((await readdir(directory)).filter((left) => left.endsWith(".restoring"))).toEqual([]);
});

test("what comes to lie in a node's directory meanwhile stays, and no node is restored", async () => {
  let steps = 0;
  const restoring = restore([at("n0"), at("n1"), at("n2")], () => {
    if (steps++ > 0) return;
    mkdirSync(at("n1"));
    writeFileSync(at("n1/precious"), "data");
  });

  await expect(restoring).rejects.toBeInstanceOf(DirectoryNotEmptyError);

  expect(steps).toBeGreaterThan(1);
  expect((await readdir(directory)).sort()).toEqual(["backup.db", "n1"]);
  expect(await readFile(at("n1/precious"), "utf8")).toBe("data");
});

test("a file in the place of a directory is not touched", async () => {
  await writeFile(at("n0"), "data");

  await expect(restore([at("n0")])).rejects.toMatchObject({ code: "FILES_UNUSABLE" });

  expect(await readFile(at("n0"), "utf8")).toBe("data");
});
