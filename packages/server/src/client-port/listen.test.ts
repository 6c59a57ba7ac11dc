import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "./listen.ts";
import { ListenError, PortTakenError } from "./listen-errors.ts";
import { findPortHolder } from "./port-holder.ts";

const HOST = "127.0.0.1";

function server() {
  const made = createServer();
  onTestFinished(() => {
    made.close();
  });
  return made;
}

test("port 0 becomes one that the system chose", async () => {
  const { host, port } = await listen(server(), { host: HOST, port: 0 });

  expect(host).toBe(HOST);
  expect(port).toBeGreaterThan(0);
});

test.runIf(process.platform === "linux")(
  "a taken port is refused with the port, the process and its command",
  async () => {
    const { port } = await listen(server(), { host: HOST, port: 0 });

    const refused = await listen(server(), { host: HOST, port }).catch(
      (failure: unknown) => failure,
    );

    expect(refused).toBeInstanceOf(PortTakenError);
    expect((refused as PortTakenError).holder?.pid).toBe(process.pid);
    expect((refused as PortTakenError).message).toMatch(
      new RegExp(
        `^port ${port} of ${HOST} is taken by process ${process.pid} \\(.*node.*\\); stop`,
      ),
    );
  },
);

test("an address of another machine is refused with what to check", async () => {
  const refused = await listen(server(), { host: "192.0.2.1", port: 0 }).catch(
    (failure: unknown) => failure,
  );

  expect(refused).toBeInstanceOf(ListenError);
  expect((refused as ListenError).message).toContain("is that an address of this machine?");
});

test("a free port has no holder", async () => {
  const closed = server();
  const { port } = await listen(closed, { host: HOST, port: 0 });
  await new Promise((resolve) => closed.close(resolve));

  expect(await findPortHolder(port)).toBeUndefined();
});
