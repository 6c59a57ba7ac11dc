import type { Clock } from "@holdfast/base";
import { LeaderLookout, NoLeaderError, type ReplicaApi } from "@holdfast/replica";
import type { KeepAliveStream } from "./keep-alive-stream.ts";

/** All streams of renewals of a node. */
export class KeepAliveStreams {
  readonly #replica: ReplicaApi;
  readonly #lookout: LeaderLookout;
  /** Each with what ends its wish for a leader. */
  readonly #streams = new Map<KeepAliveStream, () => void>();

  constructor({ clock, replica }: { readonly clock: Clock; readonly replica: ReplicaApi }) {
    this.#replica = replica;
    this.#lookout = new LeaderLookout({
      clock,
      electionTimeoutMs: () => replica.status().electionTimeoutMs,
      hasLeader: () => this.#hasLeader,
    });
  }

  /** One that wants a leader ends at once where none is known, and later when there was none for a while. */
  add(stream: KeepAliveStream, { requireLeader }: { readonly requireLeader: boolean }): void {
    if (requireLeader && !this.#hasLeader) {
      return stream.fail(new NoLeaderError("no leader is known"));
    }
    const lost = (failure: NoLeaderError): void => stream.fail(failure);
    this.#streams.set(stream, requireLeader ? this.#lookout.want(lost) : () => undefined);
  }

  delete(stream: KeepAliveStream): void {
    this.#streams.get(stream)?.();
    this.#streams.delete(stream);
  }

  /** Ends all once what was asked is answered. */
  drain(): void {
    for (const stream of [...this.#streams.keys()]) stream.drain();
    this.#lookout.stop();
  }

  get #hasLeader(): boolean {
    return this.#replica.status().leader !== undefined;
  }
}
