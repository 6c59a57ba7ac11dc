import type { Socket } from "node:net";
import { EMPTY_SETTINGS, firstFrames, type GoFrames, mendedOpening } from "./first-frames.ts";
import type { PeekFailure } from "./peek-protocol.ts";

export interface OpeningTimes {
  /** How long a client that makes no call yet is waited for, ms. */
  readonly firstCallMs: number;
  /** How long it may take to say anything that is owed, ms. */
  readonly peekTimeoutMs: number;
}

/** What a client may send before it acknowledges settings: windows of flow control end it sooner. */
const OPENING_BYTES_MAX = 262_144;

/**
 * Lets clients in whose first call names a URL as its authority, and leaves all others as they are.
 *
 * etcd's Go client up to 3.4 does so where it asks one endpoint that is written as a URL, such as etcdctl for
 * `endpoint status`, `hashkv` and `defrag`. Go's servers take that; the library below Node's resets the call, and
 * cannot be told otherwise. Such a client makes its first call once it has seen settings, so it is sent some that set
 * nothing, and what it then writes is mended before anything else reads it.
 *
 * `done` is called once; the socket is then ready to be handed on, in the same turn.
 */
export function awaitGoOpening(
  socket: Socket,
  { firstCallMs, peekTimeoutMs }: OpeningTimes,
  done: (outcome: "ready" | PeekFailure) => void,
): void {
  let seen: Buffer = Buffer.alloc(0);
  let greeted = false;
  let timer = setTimeout(() => finish("too-slow"), peekTimeoutMs);

  const finish = (outcome: "ready" | PeekFailure, left: Buffer = seen): void => {
    clearTimeout(timer);
    socket.off("readable", read);
    socket.off("end", gone);
    socket.off("close", gone);
    if (left.length > 0) socket.unshift(left);
    done(outcome);
  };
  const gone = (): void => finish("closed");
  const handOn = (): void => {
    const found = firstFrames(seen);
    if (found.kind !== "go" || found.ackAt === undefined) return finish("too-slow");
    finish("ready", mendedOpening(seen, found.ackAt, found.firstAt));
  };
  const wait = (forMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(handOn, forMs);
  };
  const read = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const found = firstFrames(seen);
    if (found.kind === "other") finish("ready");
    else if (seen.length > OPENING_BYTES_MAX) finish("too-slow");
    else if (found.kind === "go") answer(found);
  };
  const answer = ({ ackAt, firstAt }: GoFrames): void => {
    if (!greeted) socket.write(EMPTY_SETTINGS);
    greeted = true;
    if (ackAt === undefined) return;
    if (firstAt === undefined) wait(firstCallMs);
    else handOn();
  };

  socket.on("readable", read);
  socket.on("end", gone);
  socket.on("close", gone);
  read();
}
