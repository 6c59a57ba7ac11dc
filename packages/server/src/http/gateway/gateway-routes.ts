import { status } from "@grpc/grpc-js";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isCallerGone } from "./caller-gone.ts";
import { GATEWAY_BODY_BYTES_MAX, type GatewayMethods } from "./gateway-methods.ts";
import { GATEWAY_PATHS } from "./gateway-paths.ts";
import { serveStream } from "./gateway-stream.ts";
import { refuse, serveUnary } from "./gateway-unary.ts";

/**
 * etcd's gateway (etcd-v3.md §8): every method that is served over gRPC, as JSON, by the same handlers.
 * To be registered below `/v3`.
 */
export async function gatewayRoutes(
  app: FastifyInstance,
  { methods }: { readonly methods: GatewayMethods },
): Promise<void> {
  app.setErrorHandler((failure, _request, reply) => {
    const { statusCode = 500, message } = failure as Error & { readonly statusCode?: number };
    const code = statusCode === 413 ? status.RESOURCE_EXHAUSTED : status.INTERNAL;
    return refuse(reply, { code, details: message }, statusCode);
  });
  app.setNotFoundHandler((_request, reply) =>
    refuse(reply, { code: status.NOT_FOUND, details: "Not Found" }),
  );
  const serve = async (
    path: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const served = methods.get(path);
    if (served?.handler === undefined) {
      return refuse(reply, { code: status.UNIMPLEMENTED, details: `unknown method ${path}` });
    }
    const { definition: method, handler } = served;
    const { requestStream, responseStream } = method;
    const ofMethod = await methods.codecOf(method);
    // It went while this was loaded, and nothing tells of that again.
    if (isCallerGone(reply)) return reply.hijack();
    if (!responseStream) return serveUnary(handler, ofMethod, { request, reply });
    const requestBytesMax = GATEWAY_BODY_BYTES_MAX;
    await serveStream(handler, ofMethod, { request, reply, requestStream, requestBytesMax });
    return reply;
  };
  await app.register((unary, _options, done) => {
    addRoutes(takesWhole(unary), (path) => !methods.isStream(path), serve);
    done();
  });
  await app.register((streams, _options, done) => {
    addRoutes(takesStream(streams), (path) => methods.isStream(path), serve);
    done();
  });
}

function addRoutes(
  app: FastifyInstance,
  belongs: (path: string) => boolean,
  serve: (path: string, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
): void {
  for (const [path, urls] of Object.entries(GATEWAY_PATHS)) {
    if (!belongs(path)) continue;
    for (const url of urls) {
      app.post(url, (request, reply) => serve(path, request, reply));
      app.route({
        method: ["GET", "PUT", "DELETE", "PATCH"],
        url,
        handler: (_request, reply) =>
          refuse(reply, { code: status.UNIMPLEMENTED, details: "Method Not Allowed" }),
      });
    }
  }
}

/** Whatever a client calls its JSON: curl says that it is a form. */
function takesWhole(app: FastifyInstance): FastifyInstance {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "*",
    { parseAs: "buffer", bodyLimit: GATEWAY_BODY_BYTES_MAX },
    (_request, body, done) => done(null, body),
  );
  return app;
}

/** Requests of a stream are read as they come. */
function takesStream(app: FastifyInstance): FastifyInstance {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, body, done) => done(null, body));
  return app;
}
