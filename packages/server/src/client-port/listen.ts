import type { AddressInfo, Server } from "node:net";
import { messageOf } from "@holdfast/base";
import { ListenError, PortTakenError } from "./listen-errors.ts";
import { findPortHolder } from "./port-holder.ts";

/** A host and a port, which may be 0 to have the system choose one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Listens, and says where.
 *
 * @throws PortTakenError naming the holder where it can be found, ListenError for any other reason.
 */
export async function listen(server: Server, address: ListenAddress): Promise<ListenAddress> {
  const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen({ host: address.host, port: address.port }, () => {
      server.off("error", resolve);
      resolve(undefined);
    });
  });
  if (failure === undefined) {
    const { address: host, port } = server.address() as AddressInfo;
    return { host, port };
  }
  if (failure.code === "EADDRINUSE") {
    throw new PortTakenError(address.host, address.port, await findPortHolder(address.port));
  }
  throw new ListenError(
    `cannot listen on ${address.host}:${address.port}: ${messageOf(failure)}; is that an address of this machine?`,
    { cause: failure },
  );
}
