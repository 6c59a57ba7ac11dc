import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { listeningSockets, portHolder } from "./port-holder.ts";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:094B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1111 1 0 100 0 0 10 0
   1: 0100007F:094B 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 2222 1 0 20 4 30 10 -1
   2: 00000000:094C 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3333 1 0 100 0 0 10 0
`;

test("of all sockets only those that listen on the port are found", () => {
  expect(listeningSockets(TABLE, 2379)).toEqual(["1111"]);
  expect(listeningSockets(TABLE, 2380)).toEqual(["3333"]);
  expect(listeningSockets(TABLE, 80)).toEqual([]);
});

test.runIf(process.platform === "linux")("the process that holds a port is found", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  expect(await portHolder(port)).toMatchObject({ pid: process.pid });
});
