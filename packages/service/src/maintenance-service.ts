import type { Headers } from "./response-header.ts";

/** The release of etcd whose interface is spoken; clients parse it and turn features on by it. */
export const ETCD_VERSION = "3.6.0";
/** etcd's default, bytes; shown only. */
const SIZE_QUOTA_BYTES = 2 * 1024 ** 3;

/** How one member is. */
export interface MemberStatus {
  readonly version: string;
  readonly stateBytes: number;
  readonly sizeQuotaBytes: number;
  /** 0: none is known. */
  readonly leader: number;
  readonly lastIndex: number;
  readonly appliedIndex: number;
  readonly term: number;
  readonly revision: number;
  readonly isLearner: boolean;
  /** What is wrong, in etcd's words where it has any. */
  readonly errors: readonly string[];
}

/** Looks after one member. Answers from what is known here, without asking others. */
export class MaintenanceService {
  readonly #headers: Headers;

  constructor(ports: { readonly headers: Headers }) {
    this.#headers = ports.headers;
  }

  status(): MemberStatus {
    const status = this.#headers.status();
    const errors: string[] = [];
    if (status.leader === undefined) errors.push("etcdserver: no leader");
    if (status.waitingFor !== undefined) errors.push(status.waitingFor);
    return {
      version: ETCD_VERSION,
      stateBytes: status.stateBytes,
      sizeQuotaBytes: SIZE_QUOTA_BYTES,
      leader: status.leader ?? 0,
      lastIndex: status.lastIndex,
      appliedIndex: status.applied,
      term: status.term,
      revision: status.revision,
      isLearner: status.role === "learner",
      errors,
    };
  }
}
