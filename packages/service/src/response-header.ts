import type { Revision, Turn } from "@holdfast/base";
import type { ReplicaApi, ReplicaStatus } from "@holdfast/replica";

/** Who answered, and at which revision: what stands at the head of etcd's answers. */
export interface Header {
  readonly clusterId: number;
  readonly memberId: number;
  readonly revision: Revision;
  readonly term: number;
}

/**
 * Makes headers. The replica is asked for its status once in a turn of the event
 * loop, however many answers leave in it.
 */
export class Headers {
  readonly #replica: ReplicaApi;
  readonly #turn: Turn;
  readonly #forget: () => void;
  #status: ReplicaStatus | undefined;

  constructor(ports: { readonly replica: ReplicaApi; readonly turn: Turn }) {
    this.#replica = ports.replica;
    this.#turn = ports.turn;
    this.#forget = () => {
      this.#status = undefined;
    };
  }

  at(revision: Revision): Header {
    const status = this.status();
    return {
      clusterId: status.clusterId ?? 0,
      memberId: status.memberId ?? 0,
      revision,
      term: status.term,
    };
  }

  /** The replica's status, at most one turn old. */
  status(): ReplicaStatus {
    if (this.#status === undefined) {
      this.#status = this.#replica.status();
      this.#turn.soon(this.#forget);
    }
    return this.#status;
  }
}
