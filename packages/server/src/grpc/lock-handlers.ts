import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { assert, type Logger } from "@holdfast/base";
import { encodeHeader, type LockHandlers } from "@holdfast/protocol";
import { type Headers, type LockService, RecipeRefusedError } from "@holdfast/service";
import type { CallLedger, MethodCalls } from "../requests/call-ledger.ts";
import { refusedOr, statusOfRecipe } from "./recipe-calls.ts";
import { unaryCall } from "./unary-call.ts";

export interface LockParts {
  readonly locks: LockService;
  readonly headers: Headers;
  readonly ledger: CallLedger;
  readonly logger: Logger;
}

/** v3lockpb.Lock */
export function lockHandlers({
  locks,
  headers,
  ledger,
  logger,
}: LockParts): LockHandlers & UntypedServiceImplementation {
  return {
    Lock: unaryCall({
      calls: lockMethod(ledger, "Lock"),
      logger,
      serve: ({ name, lease }, { timeoutMs, requireLeader }, signal) =>
        refusedOr(
          locks.lock(
            { name, lease: BigInt(lease) },
            { timeoutMs, requireLeader, signal: signal() },
          ),
        ),
      refusal: statusOfRecipe,
      encode: (held) => {
        assert(!(held instanceof RecipeRefusedError), "a refusal is told as such");
        return { header: encodeHeader(headers.at(held.revision)), key: held.key };
      },
    }),
    Unlock: unaryCall({
      calls: lockMethod(ledger, "Unlock"),
      logger,
      serve: ({ key }, context) => refusedOr(locks.unlock(key, context)),
      refusal: statusOfRecipe,
      encode: (revision) => {
        assert(typeof revision === "number", "a refusal is told as such");
        return { header: encodeHeader(headers.at(revision)) };
      },
    }),
  };
}

function lockMethod(ledger: CallLedger, method: string): MethodCalls {
  return ledger.method({ service: "v3lockpb.Lock", method, type: "unary" });
}
