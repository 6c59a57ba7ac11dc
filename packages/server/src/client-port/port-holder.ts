import { readdir, readFile, readlink } from "node:fs/promises";

/** The process that listens on a port. */
export interface PortHolder {
  readonly pid: number;
  /** Its command line, arguments separated by spaces. */
  readonly command: string;
}

const LISTENING = "0A";

/**
 * Which process of this machine listens on a TCP port, as far as Linux tells:
 * `undefined` elsewhere, and for processes of other users.
 */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  try {
    const inodes = await listeningInodes(port);
    if (inodes.size === 0) return undefined;
    for (const entry of await readdir("/proc")) {
      if (/^\d+$/.test(entry) && (await holdsSocket(entry, inodes))) {
        return { pid: Number(entry), command: await commandOf(entry) };
      }
    }
  } catch {
    // No /proc: another system. Whoever asks can do without the answer.
  }
  return undefined;
}

/** Inodes of the sockets that listen on the port, over IPv4 and IPv6. */
async function listeningInodes(port: number): Promise<ReadonlySet<string>> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const lines = (await readFile(table, "latin1").catch(() => "")).split("\n").slice(1);
    for (const line of lines) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === LISTENING && local?.endsWith(suffix) === true && inode !== undefined) {
        inodes.add(`socket:[${inode}]`);
      }
    }
  }
  return inodes;
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  const descriptors = await readdir(directory).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`${directory}/${descriptor}`).catch(() => "");
    if (inodes.has(target)) return true;
  }
  return false;
}

async function commandOf(pid: string): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return line.split("\0").filter(Boolean).join(" ");
}
