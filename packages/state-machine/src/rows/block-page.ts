import { BLOCK_BYTES_TARGET } from "./block.ts";

const BLOCKS_MIN = 4;
/** If the next ones are of full size after all, so many are 16 MiB. */
const BLOCKS_MAX = 64;
/** What a page shall have, bytes. */
const PAGE_BYTES: number = 4 * BLOCK_BYTES_TARGET;

/**
 * How many blocks to read at once. A busy store's blocks have 256 KiB, a quiet one's one
 * event: the next page is as large as the last one lets expect, within bounds.
 */
export class BlockPage {
  #blocks = BLOCKS_MIN;

  get blocks(): number {
    return this.#blocks;
  }

  /** A page was read. */
  read(bytes: number): void {
    if (bytes > PAGE_BYTES) this.#blocks = BLOCKS_MIN;
    else if (bytes < PAGE_BYTES / 2) this.#blocks = Math.min(BLOCKS_MAX, this.#blocks * 2);
  }
}
