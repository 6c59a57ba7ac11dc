import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePorts } from "./free-ports.ts";

test("ports are distinct and can be listened on", async () => {
  const ports = await freePorts(6);

  expect(new Set(ports).size).toBe(6);
  for (const port of ports) {
    await new Promise<void>((resolve, reject) => {
      const server = createServer().once("error", reject);
      server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
    });
  }
});
