import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { credentials, makeGenericClientConstructor, status } from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import { expect, onTestFinished, test } from "vitest";
import { openEdge } from "./open-edge.ts";

test("the server serves until it drains", async () => {
  const { target, edge } = await openEdge();
  const Health = makeGenericClientConstructor(healthService as never, "Health");
  const client = new Health(target, credentials.createInsecure());
  onTestFinished(() => client.close());
  const check = () =>
    new Promise((resolve, reject) => {
      client["check"]?.({ service: "" }, (failure: unknown, answer: unknown) =>
        failure ? reject(failure) : resolve(answer),
      );
    });

  expect(await check()).toEqual({ status: "SERVING" });
  await edge.drain(100);

  await expect(check()).rejects.toMatchObject({ code: status.UNAVAILABLE });
});

test("calls in flight are answered by a node that drains", async () => {
  const { kv, replica, edge } = await openEdge();
  await kv("Put", { key: Buffer.from("a") });
  replica.loseLeader();
  const written = kv("Put", { key: Buffer.from("a") });
  await kv("Range", { key: Buffer.from("a"), serializable: true });

  const drained = edge.drain(10_000);
  replica.regainLeader();

  await expect(written).resolves.toMatchObject({ header: { revision: "3" } });
  await drained;
});

test("reflection lists the services", async () => {
  const { target } = await openEdge();
  const raw = (message: Buffer) => message;
  const Reflection = makeGenericClientConstructor(
    {
      info: {
        path: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        requestStream: true,
        responseStream: true,
        requestSerialize: raw,
        requestDeserialize: raw,
        responseSerialize: raw,
        responseDeserialize: raw,
      },
    },
    "Reflection",
  );
  const client = new Reflection(target, credentials.createInsecure());
  onTestFinished(() => client.close());
  const call = client["info"]?.();

  // It ends with the connection when the test is over.
  call.on("error", () => undefined);

  const answer = await new Promise<Buffer>((resolve) => {
    call.on("data", resolve);
    // Field 7, list_services, as an empty string.
    call.write(Buffer.from([0x3a, 0x00]));
  });
  call.end();

  for (const name of ["etcdserverpb.KV", "etcdserverpb.Maintenance", "holdfast.v1.Session"]) {
    expect(answer.includes(name)).toBe(true);
  }
});

test("a connection that gives no sign of life is closed; one that does is kept", async () => {
  const { target, kv } = await openEdge({ pingMs: 50, pingTimeoutMs: 50 });
  const [host = "", port] = target.split(":");
  await kv("Put", { key: Buffer.from("a") });
  const dead = connect({ host, port: Number(port) });
  onTestFinished(() => {
    dead.destroy();
  });
  dead.on("error", () => undefined);
  dead.resume();
  let others = 0;
  const alive = connectHttp2(`http://${target}`);
  onTestFinished(() => alive.destroy());
  alive.on("close", () => {
    others += 1;
  });

  // It begins as a client does, and then answers nothing.
  dead.write(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  dead.write(Buffer.from("000000040000000000", "hex"));
  await new Promise((resolve) => dead.once("close", resolve));

  expect(others).toBe(0);
  await expect(kv("Range", { key: Buffer.from("a") })).resolves.toMatchObject({ count: "1" });
});
