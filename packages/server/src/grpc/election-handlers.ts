import {
  type handleServerStreamingCall,
  type ServerWritableStream,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { assert, type Logger } from "@holdfast/base";
import {
  type ElectionHandlers,
  encodeHeader,
  encodeKeyValue,
  statusOfError,
  unforeseenStatus,
  type WireHeader,
  type WireLeaderKey,
  type WireLeaderResponse,
  type WireStatus,
} from "@holdfast/protocol";
import {
  type ElectedLeader,
  type ElectionService,
  type Headers,
  RecipeRefusedError,
} from "@holdfast/service";
import type { CallLedger, MethodCalls, MethodType } from "../requests/call-ledger.ts";
import { refusedOr, statusOfRecipe, wireStatusOf } from "./recipe-calls.ts";
import { abortSignalOf, contextOf, unaryCall } from "./unary-call.ts";
import { untilDrained } from "./until-drained.ts";

export interface ElectionParts {
  readonly elections: ElectionService;
  readonly headers: Headers;
  readonly ledger: CallLedger;
  readonly logger: Logger;
}

/** v3electionpb.Election */
export function electionHandlers({
  elections,
  headers,
  ledger,
  logger,
}: ElectionParts): ElectionHandlers & UntypedServiceImplementation {
  const header = (revision: number): WireHeader => encodeHeader(headers.at(revision));
  const told = ({ kv, revision }: ElectedLeader): WireLeaderResponse => ({
    header: header(revision),
    kv: encodeKeyValue(kv),
  });
  return {
    Campaign: unaryCall({
      calls: electionMethod(ledger, "Campaign"),
      logger,
      serve: ({ name, lease, value }, { timeoutMs, requireLeader }, signal) =>
        refusedOr(
          elections.campaign(
            { name, lease: BigInt(lease), value },
            { timeoutMs, requireLeader, signal: signal() },
          ),
        ),
      refusal: statusOfRecipe,
      encode: (won) => {
        assert(!(won instanceof RecipeRefusedError), "a refusal is told as such");
        const { name, key, revision, lease } = won.claim;
        const leader = { name, key, rev: revision, lease: lease.toString() };
        return { header: header(won.revision), leader };
      },
    }),
    Proclaim: unaryCall({
      calls: electionMethod(ledger, "Proclaim"),
      logger,
      serve: ({ leader, value }, context) =>
        leader === null
          ? LEADER_MISSING
          : refusedOr(elections.proclaim(claimOf(leader), value, context)),
      refusal: statusOfRecipe,
      encode: (revision) => {
        assert(typeof revision === "number", "a refusal is told as such");
        return { header: header(revision) };
      },
    }),
    Resign: unaryCall({
      calls: electionMethod(ledger, "Resign"),
      logger,
      serve: ({ leader }, context) =>
        leader === null ? LEADER_MISSING : refusedOr(elections.resign(claimOf(leader), context)),
      refusal: statusOfRecipe,
      encode: (revision) => {
        assert(typeof revision === "number", "a refusal is told as such");
        return { header: header(revision) };
      },
    }),
    Leader: unaryCall({
      calls: electionMethod(ledger, "Leader"),
      logger,
      serve: ({ name }, context) => refusedOr(elections.leader(name, context)),
      refusal: statusOfRecipe,
      encode: (found) => {
        assert(!(found instanceof RecipeRefusedError), "a refusal is told as such");
        return told(found);
      },
    }),
    Observe: observeCall({
      elections,
      logger,
      told,
      calls: electionMethod(ledger, "Observe", "server_stream"),
    }),
  };
}

interface ObserveParts {
  readonly elections: ElectionService;
  readonly logger: Logger;
  readonly calls: MethodCalls;
  told(leader: ElectedLeader): WireLeaderResponse;
}

type ObserveRequest = { readonly name: Buffer };

function observeCall(
  parts: ObserveParts,
): handleServerStreamingCall<ObserveRequest, WireLeaderResponse> {
  return (call) => {
    parts.calls.started();
    const signal = abortSignalOf(call);
    observe(call, signal, parts).then(
      () => parts.calls.ended(status.CANCELLED),
      (failure: unknown) => {
        if (signal.aborted) return parts.calls.ended(status.CANCELLED);
        const ended = endOf(failure, parts.logger);
        call.emit("error", ended);
        parts.calls.ended(ended.code);
      },
    );
  };
}

/** A client that takes nothing is asked no more of: what it misses it can do without, but for the last. */
async function observe(
  call: ServerWritableStream<ObserveRequest, WireLeaderResponse>,
  signal: AbortSignal,
  { elections, told }: ObserveParts,
): Promise<void> {
  const context = { ...contextOf(call), signal };
  for await (const leader of elections.observe(call.request.name, context)) {
    if (call.write(told(leader)) || signal.aborted) continue;
    await untilDrained(call, signal);
  }
}

function endOf(failure: unknown, logger: Logger): WireStatus {
  if (failure instanceof RecipeRefusedError) return wireStatusOf(failure);
  const known = statusOfError(failure);
  if (known === undefined)
    logger.error({ failure }, "an election's observation failed unexpectedly");
  return known ?? unforeseenStatus(failure);
}

const LEADER_MISSING = new RecipeRefusedError('"leader" field must be provided');

function claimOf({ key, rev, lease }: WireLeaderKey): {
  readonly key: Uint8Array;
  readonly revision: number;
  readonly lease: bigint;
} {
  return { key, revision: Number(rev), lease: BigInt(lease) };
}

function electionMethod(
  ledger: CallLedger,
  method: string,
  type: MethodType = "unary",
): MethodCalls {
  return ledger.method({ service: "v3electionpb.Election", method, type });
}
