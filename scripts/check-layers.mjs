// Holds the packages to one direction of dependency, and what they declare to what they import.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { root, sourceFiles } from "./source-files.mjs";

// A package may import only what stands in its row, and a row only packages of rows above it.
const MAY_IMPORT = {
  base: [],
  checker: ["base"],
  raft: ["base"],
  "state-machine": ["base"],
  storage: ["base", "raft"],
  protocol: ["base", "raft", "state-machine"],
  replica: ["base", "raft", "state-machine", "storage"],
  service: ["base", "state-machine", "storage", "replica"],
  transport: ["base", "raft", "state-machine", "protocol", "replica"],
  config: ["base"],
  client: ["base", "state-machine", "protocol"],
  sim: [
    "base",
    "checker",
    "raft",
    "state-machine",
    "storage",
    "protocol",
    "replica",
    "service",
    "transport",
    "client",
  ],
  server: [
    "base",
    "raft",
    "state-machine",
    "storage",
    "protocol",
    "replica",
    "service",
    "transport",
    "config",
  ],
  testkit: ["base", "checker", "state-machine", "storage", "config", "client", "server"],
  bench: ["base", "raft", "state-machine", "storage", "config", "client", "testkit"],
  cli: ["base", "config", "client", "server", "bench", "sim"],
};

// No Node types and no library, so that the simulator can run the very same code.
const PURE = ["base", "checker", "raft", "sim", "state-machine", "replica", "service"];

// A library whose place is narrower than "wherever it is declared".
const LIBRARY_PLACES = [
  { library: /^(@grpc\/|grpc-)/, place: /^packages\/(protocol|transport|server|client)\// },
  { library: /^(classic-)?level$/, place: /^packages\/storage\/src\/level\// },
  { library: /^pino(-pretty)?$/, place: /^packages\/server\/src\/telemetry\// },
  {
    library: /^msgpackr$/,
    place: /^packages\/(protocol\/src\/|(state-machine|storage)\/.*-codec\.ts$)/,
  },
];

// What only tests and the simulator may import: disks that lose what was written to them, and bytes that nobody wrote.
const FOR_TESTS = ["@holdfast/storage/faults", "@holdfast/base/fuzz"];
const TESTING = ["sim"];

const SCOPE = "@holdfast/";
const packages = readdirSync(join(root, "packages"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => readPackage(entry.name));
const packageByName = new Map(packages.map((one) => [one.name, one]));

const complaints = [...tableComplaints(), ...packages.flatMap(packageComplaints)];
if (complaints.length > 0) {
  console.error(`check-layers: ${complaints.length} to mend\n  ${complaints.join("\n  ")}`);
  process.exit(1);
}
const imports = packages.flatMap((one) => one.imports);
console.log(`check-layers: ${packages.length} packages, ${imports.length} imports, all point down`);

function readPackage(name) {
  const directory = `packages/${name}`;
  const files = sourceFiles(directory);
  return {
    name,
    directory,
    manifest: readJson(`${directory}/package.json`),
    production: readJson(`${directory}/tsconfig.json`),
    imports: files.flatMap(importsOf),
  };
}

function importsOf(path) {
  // Docstrings show imports too; those are not the file's own.
  const code = readFileSync(join(root, path), "utf8")
    .replace(/^\s*\/\*[\s\S]*?\*\//gm, "")
    .replace(/^\s*\/\/.*$/gm, "");
  const statements = code.matchAll(
    /^\s*(?:import|export)\b(?:[^"';]*?\bfrom)?\s*["']([^"']+)["']/gm,
  );
  const calls = code.matchAll(/\bimport\(\s*["']([^"']+)["']/g);
  const isTest = /\.test\.ts$/.test(path) || /^packages\/[^/]+\/test\//.test(path);
  return [...statements, ...calls].map(([, target]) => ({ path, target, isTest, code }));
}

function tableComplaints() {
  const rows = Object.keys(MAY_IMPORT);
  const upward = rows.flatMap((name, row) =>
    MAY_IMPORT[name]
      .filter((below) => !rows.slice(0, row).includes(below))
      .map(
        (below) =>
          `scripts/check-layers.mjs: the row of ${name} names ${below}, which is not above it`,
      ),
  );
  const strangers = packages
    .filter(({ name }) => !rows.includes(name))
    .map(
      ({ directory }) => `${directory}: has no row in scripts/check-layers.mjs; give it a layer`,
    );
  return [...upward, ...strangers];
}

function packageComplaints(one) {
  return [
    ...one.imports.flatMap((each) => importComplaints(one, each)),
    ...declarationComplaints(one),
    ...purityComplaints(one),
  ];
}

function importComplaints(one, { path, target, isTest, code }) {
  if (!isTest && !TESTING.includes(one.name) && FOR_TESTS.includes(target)) {
    return [`${path}: imports "${target}", which is for tests only`];
  }
  if (target.startsWith(".")) return leavesPackage(one, path, target);
  if (target.startsWith(SCOPE)) return layerComplaints(one, { path, target, isTest });
  if (isTest || path.startsWith(`${one.directory}/bin/`)) return [];
  return libraryComplaints(one, { path, target, code });
}

function leavesPackage(one, path, target) {
  const reached = posix.join(dirname(path), target);
  return reached.startsWith(`${one.directory}/`)
    ? []
    : [`${path}: imports "${target}" across a package's border: import it by name`];
}

function layerComplaints(one, { path, target, isTest }) {
  const [name, ...subpath] = target.slice(SCOPE.length).split("/");
  const other = packageByName.get(name);
  if (other === undefined) return [`${path}: imports "${target}", which does not exist`];
  const entry = subpath.length === 0 ? "." : `./${subpath.join("/")}`;
  if (other.manifest.exports?.[entry] === undefined) {
    return [`${path}: imports "${target}", which ${other.directory}/package.json does not export`];
  }
  const allowed = MAY_IMPORT[one.name] ?? [];
  if (allowed.includes(name) || name === one.name) return [];
  if (isTest && (name === "testkit" || isBelow(name, one.name))) return [];
  return [
    `${path}: ${one.name} must not import ${name}; it may import ${allowed.join(", ") || "nothing"}`,
  ];
}

function isBelow(name, above) {
  const rows = Object.keys(MAY_IMPORT);
  return rows.indexOf(name) < rows.indexOf(above);
}

function libraryComplaints(one, { path, target, code }) {
  const isNode = target.startsWith("node:");
  const library = target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
  const codecOfPure = one.name === "state-machine" && library === "msgpackr";
  if (PURE.includes(one.name) && !codecOfPure) {
    return [`${path}: ${one.name} is pure and must not import "${target}": take it as a port`];
  }
  if (isNode) return [];
  const found = [];
  if (one.manifest.dependencies?.[library] === undefined) {
    found.push(
      `${path}: imports "${library}", which ${one.directory}/package.json does not depend on`,
    );
  }
  const rule = LIBRARY_PLACES.find(({ library: pattern }) => pattern.test(library));
  if (rule !== undefined && !rule.place.test(path)) {
    found.push(`${path}: "${library}" belongs only where ${rule.place.source} matches`);
  }
  if (library === "msgpackr" && !/useRecords:\s*false/.test(code)) {
    found.push(
      `${path}: msgpackr without { useRecords: false }: its own record form is no MessagePack`,
    );
  }
  return found;
}

function declarationComplaints(one) {
  const used = new Set(packagesUsed(one, (each) => !each.isTest));
  const declared = new Set(scoped(one.manifest.dependencies));
  const referenced = new Set(one.production.references?.map(({ path }) => posix.basename(path)));
  const usedByTests = packagesUsed(one, (each) => each.isTest);
  const known = new Set([...declared, ...scoped(one.manifest.devDependencies), one.name]);
  return [
    ...missing(
      used,
      declared,
      (name) => `package.json does not depend on ${SCOPE}${name}, which src imports`,
    ),
    ...missing(
      declared,
      used,
      (name) => `package.json depends on ${SCOPE}${name}, which src never imports`,
    ),
    ...missing(
      used,
      referenced,
      (name) => `tsconfig.json does not reference ../${name}, which src imports`,
    ),
    ...missing(
      referenced,
      used,
      (name) => `tsconfig.json references ../${name}, which src never imports`,
    ),
    ...missing(
      usedByTests,
      known,
      (name) => `package.json does not name ${SCOPE}${name}, which its tests import`,
    ),
  ].map((complaint) => `${one.directory}/${complaint}`);
}

function packagesUsed(one, isCounted) {
  const names = one.imports
    .filter((each) => isCounted(each) && each.target.startsWith(SCOPE))
    .map(({ target }) => target.slice(SCOPE.length).split("/")[0]);
  return [...new Set(names)].filter((name) => name !== one.name);
}

function scoped(dependencies = {}) {
  return Object.keys(dependencies)
    .filter((name) => name.startsWith(SCOPE))
    .map((name) => name.slice(SCOPE.length));
}

function missing(wanted, present, say) {
  return [...wanted].filter((name) => !present.has(name)).map(say);
}

function purityComplaints(one) {
  if (!PURE.includes(one.name)) return [];
  const types = one.production.compilerOptions?.types;
  return Array.isArray(types) && types.length === 0
    ? []
    : [`${one.directory}/tsconfig.json: a pure package compiles with "types": []`];
}

function readJson(path) {
  return existsSync(join(root, path)) ? JSON.parse(readFileSync(join(root, path), "utf8")) : {};
}
