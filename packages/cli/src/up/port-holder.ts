import { readdir, readFile, readlink } from "node:fs/promises";

/** A process that listens on a port. */
export interface PortHolder {
  readonly pid: number;
  /** Its command line, arguments separated by spaces; cut to {@link COMMAND_LENGTH_MAX}. */
  readonly command: string;
}

const COMMAND_LENGTH_MAX = 120;
const LISTENING = "0A";

/**
 * Who listens on a TCP port of this machine, found in /proc. Undefined where
 * there is no /proc, or the holder belongs to another user.
 */
export async function portHolder(port: number): Promise<PortHolder | undefined> {
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(readOrEmpty));
  const sockets = new Set(tables.flatMap((table) => listeningSockets(table, port)));
  if (sockets.size === 0) return undefined;
  for (const pid of await processIds()) {
    if (await holdsSocket(pid, sockets)) return { pid, command: await commandLine(pid) };
  }
  return undefined;
}

/** The inodes of the sockets that listen on `port`, out of the text of /proc/net/tcp. */
export function listeningSockets(table: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === LISTENING)
    .flatMap((columns) => columns[9] ?? []);
}

async function processIds(): Promise<readonly number[]> {
  const names = await readdir("/proc").catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function holdsSocket(pid: number, sockets: ReadonlySet<string>): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  const descriptors = await readdir(directory).catch(() => []);
  const links = await Promise.all(
    descriptors.map((descriptor) => readlink(`${directory}/${descriptor}`).catch(() => "")),
  );
  return links.some((link) => sockets.has(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? ""));
}

async function commandLine(pid: number): Promise<string> {
  const text = (await readOrEmpty(`/proc/${pid}/cmdline`)).replaceAll("\0", " ").trim();
  return text.length > COMMAND_LENGTH_MAX ? `${text.slice(0, COMMAND_LENGTH_MAX)}…` : text;
}

function readOrEmpty(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
