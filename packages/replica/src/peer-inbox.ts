import type { Logger, MemberId } from "@holdfast/base";
import type { Input } from "@holdfast/raft";
import { decodeBatchHeader } from "@holdfast/state-machine";
import type { HashComparison } from "./hashes/hash-comparison.ts";
import type { MemberLeases } from "./leases/member-leases.ts";
import type { Administration } from "./membership/administration.ts";
import type { PeerMessage } from "./ports/peer-network.ts";
import type { Proposer } from "./proposals/proposer.ts";
import type { SpaceWatch } from "./space/space-watch.ts";

export interface PeerInboxParts {
  readonly logger: Logger;
  readonly administration: Administration;
  readonly proposer: Proposer;
  readonly space: SpaceWatch;
  readonly leases: MemberLeases;
  readonly hashes: HashComparison;
  enqueue(input: Input): void;
}

/** Brings what peers say to whom it concerns. */
export class PeerInbox {
  readonly #parts: PeerInboxParts;

  constructor(parts: PeerInboxParts) {
    this.#parts = parts;
  }

  received(message: PeerMessage): void {
    const { administration, proposer, space, enqueue } = this.#parts;
    switch (message.kind) {
      case "raft":
        return enqueue({ kind: "message", message: message.message });
      case "ask":
      case "answer":
        return administration.received(message);
      case "forward":
        return this.#forwarded(message.from, message.batch);
      case "forward-refused": {
        const { session, firstSequence, reason } = message;
        return proposer.forwardRefused(session, firstSequence, reason);
      }
      case "lease-ask":
      case "lease-answer":
        return this.#parts.leases.questions.received(message);
      case "room":
        return space.told(message.from, message.hasRoom);
      case "hash-ask":
      case "hash-answer":
        return this.#parts.hashes.received(message);
    }
  }

  #forwarded(from: MemberId, bytes: Uint8Array): void {
    const { logger, proposer } = this.#parts;
    const header = decodeBatchHeader(bytes);
    if (header === undefined) {
      logger.warn({ from }, "a forwarded batch is malformed: dropped");
      return;
    }
    proposer.forwarded(from, header, bytes);
  }
}
