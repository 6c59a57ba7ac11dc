import { type Client, type ClientDuplexStream, Metadata, status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { openEdge } from "./open-edge.ts";

const PATH = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
/** `list_services`, field 7. */
const LIST = Buffer.of(0x3a, 0);

function asked(client: Client, ...questions: readonly Buffer[]) {
  const asIs = (bytes: Buffer): Buffer => bytes;
  const call: ClientDuplexStream<Buffer, Buffer> = client.makeBidiStreamRequest(
    PATH,
    asIs,
    asIs,
    new Metadata(),
  );
  for (const question of questions) call.write(question);
  const answers: string[] = [];
  call.on("data", (answer: Buffer) => answers.push(answer.toString("latin1")));
  call.on("error", () => undefined);
  return new Promise<{ readonly code: number; readonly answers: readonly string[] }>((resolve) => {
    call.on("status", ({ code }) => resolve({ code, answers }));
    call.on("data", () => call.end());
  });
}

test.each([
  ["a wire type that is none", Buffer.of(0x7f, 0)],
  ["a number without end", Buffer.alloc(20, 0xff)],
  ["a message of two million bytes", Buffer.alloc(2_000_000, Uint8Array.of(0x0a, 0))],
])("a question with %s is refused, and the node goes on", async (_, question) => {
  const { session, kv } = await openEdge();
  const client = session();

  const refused = await asked(client, question, LIST);
  const told = await asked(client, LIST);

  expect(refused).toEqual({ code: status.INVALID_ARGUMENT, answers: [] });
  expect(told.code).toBe(status.OK);
  expect(told.answers[0]).toContain("etcdserverpb.KV");
  await expect(kv("Range", { key: Buffer.from("k") })).resolves.toMatchObject({ count: "0" });
});
