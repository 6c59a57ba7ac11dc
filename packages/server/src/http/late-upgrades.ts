import type { FastifyInstance } from "fastify";

/**
 * Closes a connection that would become a WebSocket where none can be made: its first request has decided that it does
 * not (see `peekProtocol`). A proxy that keeps connections for later drops it then, and asks again on a new one.
 */
export function closeLateUpgrades(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    if (request.headers.upgrade?.toLowerCase() === "websocket") reply.header("connection", "close");
  });
}
