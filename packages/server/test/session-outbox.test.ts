import { connect } from "node:http2";
import { expect, onTestFinished, test } from "vitest";
import { openEdge } from "./open-edge.ts";

/** A start, and a turn whose queries are garbage: protobuf in gRPC's frames. */
const START = framed(
  Buffer.concat([Buffer.from("0a140801", "hex"), Buffer.from("1210", "hex"), Buffer.alloc(16, 7)]),
);
const TURN = framed(Buffer.from("120510011a0178", "hex"));
const TURNS = 60_000;
/** As often as the same number is seen before it is believed to stay. */
const SAME_TIMES = 20;

test("who asks for nonsense and takes no answer is not listened to for ever", async () => {
  const { target, kv } = await openEdge();
  const session = connect(`http://${target}`, { settings: { initialWindowSize: 0 } });
  onTestFinished(() => session.destroy());
  session.on("error", () => undefined);
  const stream = session.request({
    ":method": "POST",
    ":path": "/holdfast.v1.Session/Open",
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.on("error", () => undefined);

  stream.write(START);
  stream.write(Buffer.alloc(TURNS * TURN.length, TURN));

  // In the time of other calls the node takes what it will take.
  let sent = 0;
  for (let same = 0; same < SAME_TIMES; same++) {
    await kv("Range", { key: Buffer.from("a") });
    const now = bytesSent();
    if (now !== sent) same = 0;
    sent = now;
  }
  expect(sent).toBeLessThan((TURNS * TURN.length) / 2);

  function bytesSent(): number {
    return (session.socket as unknown as { readonly bytesWritten: number }).bytesWritten;
  }
}, 60_000);

function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
