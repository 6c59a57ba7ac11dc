import { createServer } from "node:http";
import { Server } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { ADMIT_ALL, ServedMethods } from "../../grpc/served-methods.ts";
import { GatewayMethods } from "./gateway-methods.ts";
import { gatewaySocketServer } from "./gateway-sockets.ts";

test("requests have as long to come as on the server that answers them", () => {
  const http = createServer({ requestTimeout: 12_000 });

  const methods = new ServedMethods(new Server(), ADMIT_ALL);
  const sockets = gatewaySocketServer(http, new GatewayMethods({ methods, definition: {} }));

  expect(sockets.requestTimeout).toBe(12_000);
});
