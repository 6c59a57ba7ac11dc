import { entryBytes, type Message, type RaftOptions } from "@holdfast/raft";
import type { Life } from "../node/life.ts";
import { require } from "../violation.ts";

/** What waits and what is sent stays within its limits (I19). */
export function checkLimits(
  life: Life,
  options: RaftOptions,
  readsInCore: number,
  entryBytesMax: number,
): void {
  const { status, machine } = life;
  const { uncommittedBytesMax, pendingReadsMax } = options;
  // One entry passes however large it is, when there is nothing else.
  const bytesMax = Math.max(uncommittedBytesMax, entryBytesMax);
  require(status.uncommittedBytes <= bytesMax, "I19", () =>
    `node ${machine.slot} holds ${status.uncommittedBytes} bytes for uncommitted, of ${bytesMax}`);
  require(readsInCore <= pendingReadsMax, "I19", () =>
    `node ${machine.slot} has ${readsInCore} reads waiting, of ${pendingReadsMax}`);
}

export function checkSize({ machine }: Life, message: Message, options: RaftOptions): void {
  if (message.kind !== "append-request" || message.entries.length < 2) return;
  const bytes = message.entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
  require(bytes <= options.appendBytesMax, "I19", () =>
    `node ${machine.slot} sends ${bytes} bytes in one append, of ${options.appendBytesMax}`);
}
