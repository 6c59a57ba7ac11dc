import { connect } from "node:net";
import type { Clock } from "@holdfast/base";
import { parsePeerAddress } from "../peer-address.ts";

/** `refused`: no process listens there. `silent`: nothing can be said of the process. */
export type ProbeAnswer = "open" | "refused" | "silent";

/** What a probe takes. */
export interface ProbeOptions {
  readonly address: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Dials an address and hangs up.
 *
 * gRPC tells a refused dial only in prose, so this asks the kernel itself. A name
 * with several addresses counts as refused when all of them refuse.
 */
export function probe({ address, timeoutMs, clock }: ProbeOptions): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const socket = connect(parsePeerAddress(address));
    const cancel = clock.timer(timeoutMs, () => finish("silent"));
    const finish = (answer: ProbeAnswer): void => {
      cancel();
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => finish("open"));
    socket.on("error", (failure) => finish(isRefused(failure) ? "refused" : "silent"));
  });
}

function isRefused(failure: Error & { readonly code?: string }): boolean {
  if (failure instanceof AggregateError && failure.errors.length > 0) {
    return failure.errors.every((each) => each instanceof Error && isRefused(each));
  }
  return failure.code === "ECONNREFUSED";
}
