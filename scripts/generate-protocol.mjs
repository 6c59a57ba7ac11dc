// Generates the types of the wire from proto/ into packages/protocol/src/generated. With --check it only compares.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const committed = join(root, "packages/protocol/src/generated");
const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

const protos = filesUnder(join(root, "proto"))
  .filter((path) => path.endsWith(".proto"))
  .map((path) => relative(join(root, "proto"), path))
  .sort();

const out = values.check ? mkdtempSync(join(tmpdir(), "holdfast-protocol-")) : committed;
if (!values.check) rmSync(committed, { recursive: true, force: true });
generateInto(out);
if (values.check) {
  const wrong = differences(out, committed);
  rmSync(out, { recursive: true, force: true });
  if (wrong.length > 0) {
    console.error(
      `generated types are out of date: node scripts/generate-protocol.mjs\n  ${wrong.join("\n  ")}`,
    );
    process.exit(1);
  }
  console.log(`${protos.length} protos, generated types are up to date`);
}

function generateInto(directory) {
  execFileSync(
    join(root, "packages/protocol/node_modules/.bin/proto-loader-gen-types"),
    [
      "--keepCase",
      "--longs=String",
      "--enums=String",
      "--defaults",
      "--oneofs",
      "--includeComments",
      "--grpcLib=@grpc/grpc-js",
      "--importFileExtension=.ts",
      "-I",
      "proto",
      "-O",
      directory,
      ...protos,
    ],
    { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
  );
}

function filesUnder(directory) {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

function differences(made, kept) {
  const names = (directory) => filesUnder(directory).map((path) => relative(directory, path));
  const all = new Set([...names(made), ...names(kept)]);
  return [...all].filter((name) => read(join(made, name)) !== read(join(kept, name)));
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
