import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  fromByteString,
  HoldfastError,
  type Random,
  randomBytes,
  type StoreId,
  toByteString,
  toHex,
} from "@holdfast/base";
import {
  DirectoryLockedError,
  type Engine,
  namedIfUnusable,
  openLevelEngine,
} from "@holdfast/storage";

/** Another process uses this directory. */
export class DirectoryInUseError extends HoldfastError {
  readonly code = "DIRECTORY_IN_USE";
  readonly outcome = "not-applied";
  readonly retryable = false;
}

/** The directory belongs to another node, or its identity cannot be read. */
export class WrongDirectoryError extends HoldfastError {
  readonly code = "WRONG_DIRECTORY";
  readonly outcome = "not-applied";
  readonly retryable = false;
}

/** The store was a member of a cluster, and what it promised there is gone. */
export class LogLostError extends HoldfastError {
  readonly code = "LOG_LOST";
  readonly outcome = "unknown";
  readonly retryable = false;
}

/** The store was a member of a cluster, and who it was is gone. */
export class IdentityLostError extends HoldfastError {
  readonly code = "IDENTITY_LOST";
  readonly outcome = "not-applied";
  readonly retryable = false;
}

const PID_FILE = "holdfast.pid";
const IDENTITY_VERSION = 1;
const KEY = "identity";
const MIB = 1024 * 1024;

/**
 * A node's directory: its lock and the identity of its store.
 *
 * ```
 * holdfast.pid   whose it is, for messages only
 * store/         a small LevelDB: its LOCK is the directory's lock (decision 25), its one row the identity
 * wal/           the log
 * state.N/       the applied state that the log names
 * ```
 */
export class DataDirectory {
  readonly path: string;
  readonly storeId: StoreId;
  readonly #name: string;
  readonly #identity: Engine;
  #isBorn: boolean;
  #noting: Promise<void> = Promise.resolve();

  private constructor(path: string, identity: Engine, found: Identity) {
    this.path = path;
    this.storeId = found.storeId;
    this.#name = found.name;
    this.#isBorn = found.born === true;
    this.#identity = identity;
  }

  /** Takes the lock before anything else is read; a fresh directory gets its store id here. */
  static async open(path: string, name: string, random: Random): Promise<DataDirectory> {
    await mkdir(path, { recursive: true }).catch((failure: unknown) => {
      throw namedIfUnusable(failure, path);
    });
    const identity = await lock(path);
    try {
      const known = readIdentity(identity, path, name);
      if (known === undefined) await checkHasNoLog(path);
      const found = known ?? (await mintIdentity(identity, name, random));
      await notePid(join(path, PID_FILE));
      return new DataDirectory(path, identity, found);
    } catch (failure) {
      await identity.close();
      throw failure;
    }
  }

  /**
   * A store whose log went while its identity stayed would come back as the member that it was, having
   * forgotten its vote and what it acknowledged.
   *
   * @throws LogLostError if `logIsBorn` is false and the store was a member before.
   */
  checkLog(logIsBorn: boolean): void {
    if (logIsBorn || !this.#isBorn) return;
    throw new LogLostError(
      `${this.path}: this store was a member of a cluster, and its log is gone. It must not take part as if it were ` +
        "new: remove the whole directory and let the cluster rebuild it as a new store",
    );
  }

  /** The log says durably that the store is a member of a cluster; resolves once its identity does too. */
  noteBirth(): Promise<void> {
    if (this.#isBorn) return this.#noting;
    this.#isBorn = true;
    const { storeId } = this;
    this.#noting = writeIdentity(this.#identity, { name: this.#name, storeId, born: true });
    return this.#noting;
  }

  async close(): Promise<void> {
    await this.#noting.catch(() => undefined);
    await rm(join(this.path, PID_FILE), { force: true });
    await this.#identity.close();
  }
}

async function notePid(path: string): Promise<void> {
  try {
    await writeFile(path, `${process.pid}\n`);
  } catch (failure) {
    throw namedIfUnusable(failure, path);
  }
}

async function lock(path: string): Promise<Engine> {
  try {
    return await openLevelEngine(join(path, "store"), { cacheSize: MIB, writeBufferSize: MIB });
  } catch (failure) {
    if (!(failure instanceof DirectoryLockedError)) throw failure;
    const pid = await readFile(join(path, PID_FILE), "utf8").catch(() => "");
    const holder = pid.trim() === "" ? "another process" : `process ${pid.trim()}`;
    throw new DirectoryInUseError(
      `${path} is used by ${holder}: a directory serves one node at a time`,
      { cause: failure },
    );
  }
}

/**
 * An identity is durable before the log is begun, so a log without one has lost it. Under a new
 * one the store would be nobody whom its cluster knows.
 *
 * @throws IdentityLostError if there is a log.
 */
async function checkHasNoLog(path: string): Promise<void> {
  const names = await readdir(join(path, "wal")).catch(() => []);
  if (names.length === 0) return;
  throw new IdentityLostError(
    `${join(path, "store")}: the identity of this store is gone, and there is a log. Put the files there back as they ` +
      "were, or remove the whole directory and let the cluster rebuild it as a new store",
  );
}

interface Identity {
  readonly name: string;
  readonly storeId: StoreId;
  /** It is, or was, a member of a cluster; left away as long as it was not. */
  readonly born?: boolean;
}

function readIdentity(identity: Engine, path: string, name: string): Identity | undefined {
  const row = identity.getSync(KEY);
  if (row === undefined) return undefined;
  const found = parsed(toByteString(row));
  if (!isIdentity(found)) {
    throw new WrongDirectoryError(
      `${path}: the identity of the store is of a form that this version does not know`,
    );
  }
  if (found.name !== name) {
    throw new WrongDirectoryError(
      `${path} belongs to node ${found.name}, not to ${name}: give ${name} a directory of its own`,
    );
  }
  return found;
}

async function mintIdentity(identity: Engine, name: string, random: Random): Promise<Identity> {
  const minted = { name, storeId: toHex(randomBytes(random, 16)) as StoreId };
  await writeIdentity(identity, minted);
  return minted;
}

async function writeIdentity(identity: Engine, told: Identity): Promise<void> {
  const text = JSON.stringify({ version: IDENTITY_VERSION, ...told });
  await identity.writeDurably([{ key: KEY, value: fromByteString(text) }]);
}

/** `undefined` where the text is none of JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isIdentity(value: unknown): value is Identity {
  if (typeof value !== "object" || value === null) return false;
  const { version, name, storeId } = value as Record<string, unknown>;
  return version === IDENTITY_VERSION && typeof name === "string" && typeof storeId === "string";
}
