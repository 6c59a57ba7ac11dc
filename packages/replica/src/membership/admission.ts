import type { Logger, MemberId } from "@holdfast/base";
import type { MembershipTarget, RaftStatus } from "@holdfast/raft";
import { judgeKnock, type Knock } from "./judge-knock.ts";
import type { LeaderDesk } from "./leader-desk.ts";

export interface AdmissionParts {
  readonly desk: Pick<LeaderDesk, "propose">;
  readonly logger: Logger;
  status(): RaftStatus;
  isConnected(id: MemberId): boolean;
  /** Whether this member has not been connected for an election timeout. */
  isLost(id: MemberId): boolean;
  newId(): MemberId;
}

/**
 * Lets unborn nodes in: whoever takes a reserved place, and a wiped store that
 * replaces its former self (decision 16). Only the leader acts, on one at a time; a node
 * knocks until it is admitted, so nothing is remembered and nothing repeated.
 */
export class Admission {
  readonly #parts: AdmissionParts;
  #busy = false;
  #told = "";

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  knocked(knock: Knock): void {
    const { status, logger, isConnected, isLost, newId } = this.#parts;
    const raft = status();
    if (raft.role !== "leader" || this.#busy) return;
    const verdict = judgeKnock(raft.membership, knock, {
      isConnected: (id) => id === raft.id || isConnected(id),
      isLost: (id) => id !== raft.id && isLost(id),
      isInSync: () => false,
      newId,
    });
    switch (verdict.kind) {
      case "admitted":
      case "unknown":
        return;
      case "wait":
        if (verdict.reason !== this.#told) {
          this.#told = verdict.reason;
          logger.info({ name: knock.name, reason: verdict.reason }, "an unborn node waits");
        }
        return;
      default:
        this.#told = "";
        this.#admit(verdict.target, raft.membershipIndex, {
          name: knock.name,
          member: verdict.member,
          replaces: verdict.kind === "replace" ? verdict.replaces : undefined,
        });
    }
  }

  #admit(target: MembershipTarget, basedOn: number, who: Readonly<Record<string, unknown>>): void {
    const { desk, logger } = this.#parts;
    this.#busy = true;
    logger.info(who, "an unborn node is admitted");
    desk.propose(basedOn, target).then(
      (outcome) => {
        this.#busy = false;
        if (outcome?.kind !== "membership-done") {
          logger.info({ ...who, outcome: outcome?.kind }, "it was not admitted yet");
        }
      },
      () => {
        this.#busy = false;
      },
    );
  }
}
