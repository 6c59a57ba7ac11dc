import {
  type ClusterId,
  FIRST_GROUP,
  type Logger,
  type LogIndex,
  type Random,
  type Row,
  type StoreId,
  type Term,
} from "@holdfast/base";
import type { Engine } from "@holdfast/storage";
import { SystemClock } from "../adapters/system-clock.ts";
import { DataDirectory } from "../data-directory.ts";
import { NodeDisk } from "../node-disk.ts";

/** What was read is written, durably, as soon as it is so much, bytes. */
const BATCH_BYTES = 512 * 1024;

/** The directory of a node that has not run yet, on its way from empty to a member with a state. */
export class RestoredNode {
  readonly storeId: StoreId;
  readonly #directory: DataDirectory;
  readonly #disk: NodeDisk;
  readonly #state: { readonly name: string; readonly engine: Engine };
  #batch: Row[] = [];
  #batchBytes = 0;
  #closing: Promise<void> | undefined;

  private constructor(
    directory: DataDirectory,
    disk: NodeDisk,
    state: { readonly name: string; readonly engine: Engine },
  ) {
    this.storeId = directory.storeId;
    this.#directory = directory;
    this.#disk = disk;
    this.#state = state;
  }

  static async open(parts: {
    readonly path: string;
    readonly name: string;
    readonly random: Random;
    readonly logger: Logger;
  }): Promise<RestoredNode> {
    const { path, name, random, logger } = parts;
    const directory = await DataDirectory.open(path, name, random);
    try {
      const clock = new SystemClock();
      const disk = await NodeDisk.open({ path, reserveBytes: 0, clock, logger });
      const state = disk.log.head(FIRST_GROUP).stateDirectory;
      await disk.directories.keepOnly(state);
      const engine = await disk.openStagingEngine(state);
      return new RestoredNode(directory, disk, { name: state, engine });
    } catch (failure) {
      await directory.close();
      throw failure;
    }
  }

  /** Takes rows of the state; resolves when there is room for more. */
  async write(rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      this.#batch.push(row);
      this.#batchBytes += row.key.length + row.value.length;
    }
    if (this.#batchBytes >= BATCH_BYTES) await this.#flush();
  }

  /** All rows are there: the node is a member of a cluster whose log begins behind them. */
  async beBorn(life: {
    readonly clusterId: ClusterId;
    readonly membership: Uint8Array;
    readonly index: LogIndex;
    readonly term: Term;
  }): Promise<void> {
    await this.#flush();
    const { clusterId, membership, index, term } = life;
    await this.#disk.log.append([
      {
        group: FIRST_GROUP,
        birth: { clusterId, membership },
        reset: { index, term, membership, stateDirectory: this.#state.name },
        hardState: { term, vote: undefined, commit: index },
      },
    ]);
    await this.#directory.noteBirth();
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#state.engine.close();
    await this.#disk.close();
    await this.#directory.close();
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    if (batch.length > 0) await this.#state.engine.writeDurably(batch);
  }
}
