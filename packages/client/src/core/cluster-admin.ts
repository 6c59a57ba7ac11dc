import type { Clock, Millis } from "@holdfast/base";
import type { ClusterMember, MembershipChange, MembershipChanged } from "./cluster-membership.ts";
import { detailsOf, invalidArgument, RequestError, timeoutError } from "./request-error.ts";

/** One node that takes an operator's questions. */
export interface AdminNode {
  readonly address: string;
  members(call: {
    readonly timeoutMs: number;
    readonly serializable?: boolean;
  }): Promise<readonly ClusterMember[]>;
  change(
    change: MembershipChange,
    call: { readonly timeoutMs: number },
  ): Promise<MembershipChanged>;
  moveLeader(target: number | undefined, call: { readonly timeoutMs: number }): Promise<number>;
  close(): void;
}

export interface AdminCall {
  /** The whole call, repetitions on other nodes included, ms. */
  readonly timeoutMs: number;
}

/** What passes by itself while leaders change; all else is the operator's to judge. */
const PASSING: ReadonlySet<string> = new Set([
  "NO_LEADER",
  "LEADER_CHANGED",
  "STOPPED",
  "UNAVAILABLE",
]);
/** Between two rounds over the nodes, ms. */
const ROUND_MS = 100;

/**
 * An operator's view of a cluster, through whichever of the given nodes can answer.
 *
 * What did not happen for certain is asked again until the time is up; what may have
 * happened is never asked twice, and its error's `outcome` says `unknown`.
 */
export class ClusterAdmin implements Disposable {
  readonly #nodes: readonly AdminNode[];
  readonly #clock: Clock;
  /** The node that answered last. */
  #answering: AdminNode | undefined;

  constructor(nodes: readonly AdminNode[], { clock }: { readonly clock: Clock }) {
    this.#nodes = nodes;
    this.#clock = clock;
  }

  /** The address of the node that answered last; `undefined` before that. */
  get endpoint(): string | undefined {
    return this.#answering?.address;
  }

  /**
   * Everybody who takes part. `serializable` takes what any node knows, however old; without it there
   * must be a leader.
   *
   * @throws RequestError with what the nodes said, if none answered.
   */
  members(
    call: AdminCall & { readonly serializable?: boolean },
  ): Promise<readonly ClusterMember[]> {
    const { serializable = false } = call;
    return this.#untilDone(call, (timeoutMs) => this.#list({ timeoutMs, serializable }));
  }

  /** Resolves once the change is committed. @throws RequestError with the leader's refusal. */
  change(change: MembershipChange, call: AdminCall): Promise<MembershipChanged> {
    return this.#untilDone(call, async (timeoutMs) =>
      (await this.#able(timeoutMs)).change(change, { timeoutMs }),
    );
  }

  /** Resolves with the member that leads then; `target` absent: the most advanced voter. @throws RequestError */
  moveLeader(target: number | undefined, call: AdminCall): Promise<number> {
    return this.#untilDone(call, async (timeoutMs) =>
      (await this.#able(timeoutMs)).moveLeader(target, { timeoutMs }),
    );
  }

  close(): void {
    for (const node of this.#nodes) node.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** A node that has just caught up with a leader can pass a request on to it. */
  async #able(timeoutMs: number): Promise<AdminNode> {
    if (this.#answering === undefined) await this.#list({ timeoutMs, serializable: false });
    const node = this.#answering ?? this.#nodes[0];
    if (node === undefined) throw invalidArgument("no address given");
    return node;
  }

  /** All are asked at once, as some may be dead without saying so; the first answer counts. */
  async #list(call: Parameters<AdminNode["members"]>[0]): Promise<readonly ClusterMember[]> {
    const asked = this.#nodes.map(async (node) => ({ node, members: await told(node, call) }));
    try {
      const { node, members } = await Promise.any(asked);
      this.#answering = node;
      return members;
    } catch (failure) {
      throw failure instanceof AggregateError ? nobody(failure.errors) : failure;
    }
  }

  async #untilDone<Answer>(
    { timeoutMs }: AdminCall,
    attempt: (leftMs: number) => Promise<Answer>,
  ): Promise<Answer> {
    const deadline = this.#clock.now() + timeoutMs;
    for (;;) {
      try {
        return await attempt(Math.max(1, deadline - this.#clock.now()));
      } catch (failure) {
        if (!(failure instanceof RequestError) || !passes(failure)) throw failure;
        this.#answering = undefined;
        await this.#pause(timeoutMs, deadline, failure);
      }
    }
  }

  /** @throws RequestError once there is no time for another round. */
  #pause(timeoutMs: number, deadline: Millis, failure: RequestError): Promise<void> {
    if (this.#clock.now() + ROUND_MS >= deadline) {
      throw timeoutError(timeoutMs, failure.outcome, failure);
    }
    return new Promise((resolve) => {
      this.#clock.timer(ROUND_MS, resolve);
    });
  }
}

function passes({ code, outcome, retryable }: RequestError): boolean {
  return outcome === "not-applied" && retryable && PASSING.has(code);
}

/** What one node knows of the members; its failure says which node it was. */
async function told(
  node: AdminNode,
  call: Parameters<AdminNode["members"]>[0],
): Promise<readonly ClusterMember[]> {
  const members = await node.members(call).catch((failure: unknown) => {
    if (!(failure instanceof RequestError)) throw failure;
    throw named(node.address, failure);
  });
  if (members.length > 0) return members;
  const details = { code: "NO_LEADER", outcome: "not-applied", retryable: true } as const;
  throw new RequestError({ ...details, message: `${node.address}: it belongs to no cluster yet` });
}

function named(address: string, failure: RequestError): RequestError {
  const { message } = failure;
  if (message.startsWith(address)) return failure;
  return new RequestError({ ...detailsOf(failure), message: `${address}: ${message}` });
}

/** Asking who takes part changes nothing, whatever became of the questions. */
function nobody(failures: readonly unknown[]): unknown {
  const known = failures.filter((failure) => failure instanceof RequestError);
  // One that answers knows more than one that cannot be reached.
  const first = known.find(({ code }) => code !== "UNAVAILABLE" && code !== "TIMEOUT") ?? known[0];
  if (first === undefined) return failures[0] ?? invalidArgument("no address given");
  const message = known.map((failure) => failure.message).join("; ");
  return new RequestError({ ...detailsOf(first), message, outcome: "not-applied" });
}
