import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

const TEXT = 0x81;
const MASKED = 0x80;

/** A connection that asks to become a WebSocket; what comes is gathered in `received`. */
export class RawWebSocket {
  readonly socket: Socket;
  received = "";
  #look: () => void = () => undefined;

  constructor(target: string, path: string, headers: readonly string[] = []) {
    const [host, port] = target.split(":");
    this.socket = connect({ host: host as string, port: Number(port) });
    this.socket.setNoDelay(true);
    onTestFinished(() => void this.socket.destroy());
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => this.#look());
    this.socket.on("data", (chunk: Buffer) => {
      this.received += chunk.toString("latin1");
      this.#look();
    });
    this.socket.write(upgradeOf(path, headers));
  }

  /** Resolves once the text has come. */
  async told(text: string): Promise<void> {
    while (!this.received.includes(text)) {
      if (this.socket.destroyed) throw new Error(`closed without ${text}: ${this.received}`);
      await new Promise<void>((resolve) => {
        this.#look = resolve;
      });
    }
  }

  /** Sends each text as one message, all in one write. */
  send(...texts: readonly string[]): void {
    this.socket.write(Buffer.concat(texts.map(frameOf)));
  }
}

export function upgradeOf(path: string, headers: readonly string[] = []): string {
  return [
    `GET ${path} HTTP/1.1`,
    "Host: node",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
    ...headers,
    "\r\n",
  ].join("\r\n");
}

/** A frame whose mask changes nothing (RFC 6455, section 5.2). */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(14);
  head[0] = TEXT;
  const isShort = payload.length < 126;
  head[1] = MASKED | (isShort ? payload.length : 127);
  if (!isShort) head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head.subarray(0, isShort ? 6 : 14), payload]);
}

/** The longest time that this process worked between two turns of the event loop while something was done, ms. */
export async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let isOver = false;
  let since = process.cpuUsage();
  const look = (): void => {
    const { user, system } = process.cpuUsage(since);
    longest = Math.max(longest, (user + system) / 1000);
    since = process.cpuUsage();
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await work();
  isOver = true;
  look();
  return longest;
}
