// Writes through the built log and state store until it is killed, and tells its parent what is
// acknowledged, a line each: "started", "log <last index> <term> <vote>", "state <index>".
// Arguments: directory, seed, and "early" to tell first and write a little later, so that the parent
// can be seen to notice.
import { writeSync } from "node:fs";
import { join } from "node:path";
import { fromByteString, SeededRandom, silentLogger, toByteString } from "@holdfast/base";
import {
  nodeFiles,
  openLevelEngine,
  StateDirectories,
  StateStore,
  WriteAheadLog,
} from "../../dist/index.js";

const [directory, seed, early] = process.argv.slice(2);
const random = new SeededRandom(Number(seed));
const GROUP = 1;
const APPLIED = "z applied";
const KIB = 1024;
const WRITTEN_LATE_MS = 5;

tell("started");
const files = nodeFiles(directory);
const { log } = await WriteAheadLog.open({
  files,
  directory: "wal",
  segmentBytes: 64 * KIB,
  logger: silentLogger,
});
await new StateDirectories(files).keepOnly("state.1");
// So small that LevelDB begins a new log of its own, and a table, every few batches.
const engine = await openLevelEngine(join(directory, "state.1"), { writeBufferSize: 64 * KIB });
const store = StateStore.open({
  engine,
  clock: { now: () => performance.now(), timer },
  turn: { soon: queueMicrotask, next: () => new Promise(setImmediate) },
  logger: silentLogger,
  limits: { flushDelayMs: 3 },
});
store.onDurable((index) => tell(`state ${index}`));
store.onFailure((failure) => {
  throw failure;
});

let { term } = log.head(GROUP).hardState;
let applied = Number(text(store.get(APPLIED)) ?? 0);
await apply(log.lastIndex(GROUP));
for (;;) {
  const last = log.lastIndex(GROUP);
  const entries = Array.from({ length: 1 + below(8) }, (_, at) => entry(last + 1 + at));
  if (below(10) === 0) term++;
  const vote = 1 + (term % 7);
  const writes = [{ group: GROUP, entries, hardState: { term, vote, commit: last } }];
  const acknowledged = `log ${last + entries.length} ${term} ${vote}`;
  if (early !== undefined) {
    tell(acknowledged);
    await new Promise((resolve) => timer(WRITTEN_LATE_MS, resolve));
  }
  await log.append(writes);
  if (early === undefined) tell(acknowledged);
  await apply(last + entries.length);
  if (below(8) === 0) await compact();
}

async function apply(upTo) {
  while (applied < upTo) {
    for (const { index } of await log.read(GROUP, applied + 1, upTo, 64 * KIB)) {
      store.put(`key ${index % 97}`, fromByteString(`${index} `.padEnd(below(400), ".")));
      store.put(APPLIED, fromByteString(String(index)));
      store.commitPoint(index);
      applied = index;
    }
  }
}

async function compact() {
  const index = store.durableIndex;
  if (index <= log.head(GROUP).compacted.index) return;
  const [at] = await log.read(GROUP, index, index, 1);
  const compacted = { index, term: at.term, membership: Uint8Array.of(1) };
  await log.append([{ group: GROUP, compact: compacted }]);
}

/** As the tests' log fixture makes them. */
function entry(index) {
  const payload = Uint8Array.from({ length: below(1_500) }, (_, at) => index * 31 + term * 7 + at);
  return { index, term: Math.max(1, term), kind: "commands", payload };
}

function below(limit) {
  return random.uint32() % limit;
}

function text(value) {
  return value === undefined ? undefined : toByteString(value);
}

function timer(delayMs, fire) {
  const timeout = setTimeout(fire, delayMs);
  return () => clearTimeout(timeout);
}

/** Is in the pipe when it returns, whatever becomes of this process. */
function tell(line) {
  writeSync(1, `${line}\n`);
}
