import type { FastifyReply } from "fastify";

/**
 * Tells, once or twice, that the answer to a call has been written or that nobody waits for it any more.
 *
 * A client may send calls without waiting for answers to those before; all are served at once, and answered
 * in order. If its connection ends, Node tells only the response that was being written: the others learn
 * it from the connection.
 */
export function whenOver(reply: FastifyReply, over: () => void): void {
  const { socket } = reply.request.raw;
  // One for each call that is under way on it.
  socket.setMaxListeners(0);
  socket.once("close", over);
  reply.raw.once("close", () => {
    socket.off("close", over);
    over();
  });
}

/** Whether nobody waits for an answer any more. */
export function isCallerGone(reply: FastifyReply): boolean {
  return reply.raw.destroyed || reply.request.raw.socket.destroyed;
}
