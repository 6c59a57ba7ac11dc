import { expect, test } from "vitest";
import { protocolOf } from "./peek-protocol.ts";

test.each([
  ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http2"],
  ["PRI * HTTP/2.0", "http2"],
  ["PRI * HTTP/2", undefined],
  ["P", undefined],
  ["PUT /", "http1"],
  ["POST / HTTP/1.1\r\n", "http1"],
  ["GET /health HTTP/1.1\r\n", "http1"],
  ["GET /version HTTP/1.1\r\n", "http1"],
  ["GET /v", undefined],
  ["GET /v3/watch HTTP/1.1\r\n", "socket"],
  ["POST /v3/watch HTTP/1.1\r\n", "http1"],
  ["PRI * HTTP/1.1\r\n\r\n", "http1"],
  ["\u0016\u0003\u0001", "http1"],
])("%j is %s", (bytes, protocol) => {
  expect(protocolOf(Buffer.from(bytes, "latin1"))).toBe(protocol);
});
