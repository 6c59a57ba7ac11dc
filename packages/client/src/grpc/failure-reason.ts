import type { ServiceError } from "@grpc/grpc-js";

/** What the system says of connections, and what we say of it. */
const REASON_BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  ETIMEDOUT: "connection timed out",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
};

/**
 * Why a call failed, in a few words without the address. gRPC wraps the system's
 * words in its own, which nobody can act on; whatever else was said stays as it is.
 */
export function failureReason(error: ServiceError): string {
  const said = error.details || error.message;
  const code = /\b(?:connect|read|write) (E[A-Z]+)\b/.exec(said)?.[1] ?? "";
  const reason = REASON_BY_CODE[code];
  if (reason !== undefined) return reason;
  if (said.startsWith("Name resolution failed")) return "the host name cannot be resolved";
  if (said.startsWith("Deadline exceeded")) return "no answer in time";
  if (said === "Connection dropped") return "connection lost";
  const last =
    /^No connection established\. Last error: (?:Error: )?(.*?)(?: \(\d[^)]*Z\))?\. /.exec(said);
  return last?.[1] === undefined ? said : `no connection: ${last[1]}`;
}

/** Whether the call certainly did not leave: there was no connection for it. */
export function wasNeverSent({ details }: ServiceError): boolean {
  return /^(?:No connection established|Name resolution failed)|Waiting for LB pick/.test(details);
}
