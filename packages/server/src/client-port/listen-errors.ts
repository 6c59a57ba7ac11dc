import { HoldfastError } from "@holdfast/base";
import type { PortHolder } from "./port-holder.ts";

/** Another process listens on the port already. */
export class PortTakenError extends HoldfastError {
  readonly code = "PORT_TAKEN";
  readonly outcome = "not-applied";
  readonly retryable = true;
  readonly port: number;
  /** Known on Linux, for processes of the same user. */
  readonly holder: PortHolder | undefined;

  constructor(address: string, port: number, holder: PortHolder | undefined) {
    super(
      `port ${port} of ${address} is taken${describe(holder)}; stop that process or configure another port`,
    );
    this.port = port;
    this.holder = holder;
  }
}

/** The address cannot be listened on, for a reason other than its being taken. */
export class ListenError extends HoldfastError {
  readonly code = "CANNOT_LISTEN";
  readonly outcome = "not-applied";
  readonly retryable = false;
}

function describe(holder: PortHolder | undefined): string {
  if (holder === undefined) return "";
  const command = holder.command === "" ? "" : ` (${holder.command})`;
  return ` by process ${holder.pid}${command}`;
}
