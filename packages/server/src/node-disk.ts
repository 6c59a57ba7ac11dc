import { join } from "node:path";
import type { Clock, GroupId, Logger } from "@holdfast/base";
import {
  Ballast,
  DiskSpace,
  type Engine,
  EngineWithBallast,
  type Files,
  nodeFiles,
  openLevelEngine,
  StateDirectories,
  type WalRecovered,
  WriteAheadLog,
} from "@holdfast/storage";

export interface NodeDiskParts {
  /** The node's directory, whose lock is held. */
  readonly path: string;
  readonly reserveBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const THREAD_POOL_DEFAULT = 4;
/** Threads of libuv's pool that LevelDB leaves to the log. */
const LOG_THREADS = 2;
/** A state on its way in is written once and not read. */
const STAGING_CACHE_BYTES = 1024 * 1024;

/** What a node keeps in its directory beside its identity: log, states, ballast; and the room that is left. */
export class NodeDisk {
  readonly log: WriteAheadLog;
  readonly recovered: ReadonlyMap<GroupId, WalRecovered>;
  readonly directories: StateDirectories;
  readonly space: DiskSpace;
  readonly #parts: NodeDiskParts;
  readonly #files: Files;
  readonly #ballast: Ballast;

  private constructor(
    parts: NodeDiskParts,
    files: Files,
    opened: Pick<NodeDisk, "log" | "recovered"> & { readonly ballast: Ballast },
  ) {
    const { log, recovered, ballast } = opened;
    this.#parts = parts;
    this.#files = files;
    this.#ballast = ballast;
    this.log = log;
    this.recovered = recovered;
    this.directories = new StateDirectories(files);
    this.space = new DiskSpace({ ...parts, files, place: parts.path, log, ballast });
  }

  static async open(parts: NodeDiskParts): Promise<NodeDisk> {
    const { path, reserveBytes, clock, logger } = parts;
    const files = nodeFiles(path);
    const ballast = await Ballast.open({ files, logger });
    const wal = { files, directory: "wal", reserveBytes, logger, clock };
    const { log, recovered } = await WriteAheadLog.open(wal);
    logger.info({ durability: files.durability, directory: path }, "log opened");
    return new NodeDisk(parts, files, { log, recovered, ballast });
  }

  /** Opens a state to work with; it gets over a full disk. */
  openEngine(directory: string): Promise<Engine> {
    const { clock, logger } = this.#parts;
    const place = this.#at(directory);
    const jobsMax = threadPoolSize() - LOG_THREADS;
    return EngineWithBallast.open({
      open: () => openLevelEngine(place, { jobsMax }),
      place,
      ballast: this.#ballast,
      freeBytes: () => this.#files.freeBytes(),
      clock,
      logger,
    });
  }

  /** Opens a state on its way in. It takes one of the log's threads while it lasts, and leaves it the other. */
  openStagingEngine(directory: string): Promise<Engine> {
    return openLevelEngine(this.#at(directory), { jobsMax: 1, cacheSize: STAGING_CACHE_BYTES });
  }

  /** Engines stay their openers', who have closed them. */
  async close(): Promise<void> {
    await this.space.stop();
    await this.#ballast.idle();
    await this.log.close();
  }

  #at(directory: string): string {
    return join(this.#parts.path, directory);
  }
}

/** What the launcher gave libuv; its own default otherwise (decision 13). */
function threadPoolSize(): number {
  const size = Number(process.env["UV_THREADPOOL_SIZE"]);
  return Number.isInteger(size) && size > LOG_THREADS ? size : THREAD_POOL_DEFAULT;
}
