import type { FastifyInstance } from "fastify";

/** As etcd's `--cors`, whose default is everybody. */
const HEADERS: Readonly<Record<string, string>> = {
  "access-control-allow-headers": "accept, content-type, authorization",
  "access-control-allow-methods": "POST, GET, OPTIONS, PUT, DELETE",
  "access-control-allow-origin": "*",
};

/** Lets pages of any origin ask, and answers a browser's question whether they may. */
export function allowEveryOrigin(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(HEADERS);
    if (request.method === "OPTIONS") return reply.code(200).send();
    return undefined;
  });
}
