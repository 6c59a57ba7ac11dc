import { status } from "@grpc/grpc-js";
import type { WireStatus } from "@holdfast/protocol";

/** The HTTP status that a gRPC code goes out with, as etcd's gateway has it (etcd-v3.md §8). */
const HTTP_STATUSES: ReadonlyMap<status, number> = new Map([
  [status.OK, 200],
  [status.CANCELLED, 499],
  [status.UNKNOWN, 500],
  [status.INVALID_ARGUMENT, 400],
  [status.DEADLINE_EXCEEDED, 504],
  [status.NOT_FOUND, 404],
  [status.ALREADY_EXISTS, 409],
  [status.PERMISSION_DENIED, 403],
  [status.RESOURCE_EXHAUSTED, 429],
  [status.FAILED_PRECONDITION, 400],
  [status.ABORTED, 409],
  [status.OUT_OF_RANGE, 400],
  [status.UNIMPLEMENTED, 501],
  [status.INTERNAL, 500],
  [status.UNAVAILABLE, 503],
  [status.DATA_LOSS, 500],
  [status.UNAUTHENTICATED, 401],
]);

export function httpStatusOf(code: status): number {
  return HTTP_STATUSES.get(code) ?? 500;
}

/** What a failed call is told as. */
export function failureBody({ code, details }: WireStatus): {
  readonly code: number;
  readonly message: string;
  readonly details: readonly never[];
} {
  return { code, message: details, details: [] };
}

/** A handler may leave its status half empty, as gRPC's own types allow. */
export function wholeStatus(told: Partial<WireStatus>): WireStatus {
  return { code: told.code ?? status.UNKNOWN, details: told.details ?? "" };
}
