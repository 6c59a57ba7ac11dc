import { PeerAddressError } from "./peer-errors.ts";

/** A peer address in its two parts. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/**
 * Takes `host:port` or `[v6]:port` apart.
 *
 * @throws PeerAddressError if the text is anything else.
 */
export function parsePeerAddress(address: string): HostAndPort {
  const found = /^(?:\[([^[\]]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(address);
  const host = found?.[1] ?? found?.[2];
  const port = Number(found?.[3]);
  if (host === undefined || !(port >= 0 && port <= 65_535)) {
    throw new PeerAddressError(
      `peer address "${address}" must be host:port, such as 10.0.0.1:2380`,
    );
  }
  return { host, port };
}
