import { assert, needRows, type Revision, type RowWriter, type Steps } from "@holdfast/base";
import {
  type CollectionState,
  decodeCollection,
  encodeCollection,
  NOTHING_COLLECTED,
} from "../rows/collection-row.ts";
import { RowEncoder } from "../rows/row-encoder.ts";
import type { RowLayout } from "../rows/row-layout.ts";
import { type CollectionPart, collectionPart } from "./collection-part.ts";

/** Frees the place of what compactions freed, part by part; goes on after a restart where it was (decision 12). */
export class Collection {
  readonly #rows: RowWriter;
  readonly #layout: RowLayout;
  readonly #encoder = new RowEncoder();
  #state: CollectionState = NOTHING_COLLECTED;

  constructor(rows: RowWriter, layout: RowLayout) {
    this.#rows = rows;
    this.#layout = layout;
  }

  /** Nothing is left of what compactions up to this revision freed. */
  get collected(): Revision {
    return this.#state.collected;
  }

  /** Reads how far it has come. */
  *load(): Steps<void> {
    const [row] = yield* needRows([this.#layout.collectionKey]);
    this.#state = row === undefined ? NOTHING_COLLECTED : decodeCollection(row);
  }

  /** Plans the next part. */
  plan(compactRevision: Revision): Steps<CollectionPart | undefined> {
    return collectionPart(this.#state, compactRevision, this.#layout);
  }

  /** Writes a part that was planned. Publishing is the caller's. */
  write(part: CollectionPart): void {
    assert(part.from === this.#state, "a part of the collection is written once, in its turn");
    for (const { key, value } of part.puts) this.#rows.put(key, value);
    for (const key of part.deletes) this.#rows.delete(key);
    this.#rows.put(this.#layout.collectionKey, encodeCollection(this.#encoder, part.to));
    this.#state = part.to;
  }
}
