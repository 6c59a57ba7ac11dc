import { HoldfastError } from "@holdfast/base";
import {
  describeFailure,
  type OperationResult,
  type ReadRefusal,
  type RefusalCode,
  type RequestRefusal,
  type TxnResult,
} from "@holdfast/state-machine";

/** A lock or an election cannot go on; `status` and `message` are etcd's where etcd has them (etcd-v3.md §5.12). */
export class RecipeRefusedError extends HoldfastError {
  readonly code = "RECIPE_REFUSED";
  readonly outcome = "not-applied";
  readonly retryable = false;
  readonly status: RefusalCode | "UNKNOWN";

  constructor(message: string, status: RefusalCode | "UNKNOWN" = "UNKNOWN") {
    super(message);
    this.status = status;
  }
}

/** The answer to a transaction; @throws RecipeRefusedError for anything else. */
export async function answeredTxn(
  asked: RequestRefusal | Promise<OperationResult | ReadRefusal>,
): Promise<TxnResult> {
  const result = await asked;
  if (result.kind === "txn") return result;
  throw refusalOf(result);
}

/** Why an operation did not come to what was asked. */
export function refusalOf(
  result: RequestRefusal | OperationResult | ReadRefusal,
): RecipeRefusedError {
  switch (result.kind) {
    case "refusal":
      return new RecipeRefusedError(result.message, result.code);
    case "failed": {
      const { code, message } = describeFailure(result.failure);
      return new RecipeRefusedError(message, code);
    }
    default:
      return new RecipeRefusedError(
        `the answer is gone; it was given at revision ${result.revision}`,
      );
  }
}
