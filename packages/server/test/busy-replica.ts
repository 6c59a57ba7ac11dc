import type { Steps } from "@holdfast/base";
import { OverloadedError, type ReadPoint, type ReplicaCall } from "@holdfast/replica";
import { SingleReplica } from "./single-replica.ts";
import { turn } from "./watch-stage.ts";

/** Refuses reads beyond so many at once, each of which takes a turn, and beyond so many in all. */
export class BusyReplica extends SingleReplica {
  readsMax = 0;
  readsLeft: number = Number.POSITIVE_INFINITY;
  refused = 0;
  #reads = 0;

  override async read<Result>(
    compute: (point: ReadPoint) => Steps<Result>,
    call: ReplicaCall & { readonly linearizable: boolean },
  ): Promise<Result> {
    if (this.#reads >= this.readsMax || this.readsLeft === 0) {
      this.refused += 1;
      throw new OverloadedError("too many reads wait");
    }
    this.#reads += 1;
    this.readsLeft -= 1;
    try {
      await turn.next();
      return await super.read(compute, call);
    } finally {
      this.#reads -= 1;
    }
  }
}
