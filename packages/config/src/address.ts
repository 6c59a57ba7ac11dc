/** Where something listens, and where others dial it. */
export interface Address {
  /** A name or an IP address; IPv6 without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

const PORT_MAX = 65_535;
const HOST_NAME = /^(?!-)[a-zA-Z0-9_.-]{1,253}$/;
const IPV6 = /^[0-9a-fA-F:.]{2,45}(%[a-zA-Z0-9_.-]{1,32})?$/;

/** Reads `host:port` or `[ipv6]:port`; undefined if it is neither. */
export function parseAddress(text: string): Address | undefined {
  const parts = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  if (parts === null) return undefined;
  const [, ipv6, name, digits] = parts;
  const port = Number(digits);
  if (port < 1 || port > PORT_MAX) return undefined;
  if (ipv6 !== undefined) {
    return ipv6.includes(":") && IPV6.test(ipv6) ? { host: ipv6, port } : undefined;
  }
  return name !== undefined && HOST_NAME.test(name) ? { host: name, port } : undefined;
}

/** `host:port`, an IPv6 host in brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether the host stands for every interface of a machine: fit to listen on, but not to be dialled. */
export function isWildcardHost(host: string): boolean {
  return host === "0.0.0.0" || /^[0:]+$/.test(host);
}

/** The same text for two ways to write one address, as far as that shows without asking DNS. */
export function addressIdentity({ host, port }: Address): string {
  const lower = host.toLowerCase();
  return `${lower === "localhost" || lower === "::1" ? "127.0.0.1" : lower}:${port}`;
}
