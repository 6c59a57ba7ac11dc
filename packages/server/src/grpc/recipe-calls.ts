import { status } from "@grpc/grpc-js";
import type { WireStatus } from "@holdfast/protocol";
import { RecipeRefusedError } from "@holdfast/service";

/** What a lock or an election came to, its refusals as values. */
export async function refusedOr<Answer>(
  asked: Promise<Answer>,
): Promise<Answer | RecipeRefusedError> {
  try {
    return await asked;
  } catch (failure) {
    if (failure instanceof RecipeRefusedError) return failure;
    throw failure;
  }
}

export function statusOfRecipe(result: unknown): WireStatus | undefined {
  return result instanceof RecipeRefusedError ? wireStatusOf(result) : undefined;
}

export function wireStatusOf(refused: RecipeRefusedError): WireStatus {
  return { code: status[refused.status], details: refused.message };
}
