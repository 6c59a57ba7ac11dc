import { expect, test } from "vitest";
import { pinoLogger } from "./pino-logger.ts";

function lines() {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  return { destination, read: () => written.map((line) => JSON.parse(line)) };
}

test("a line is JSON with level, time, message and the fields of its parents", () => {
  const { destination, read } = lines();
  const logger = pinoLogger("info", destination).child({ node: "n1" });

  logger.info({ term: 3 }, "leader elected");

  expect(read()).toEqual([
    {
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      node: "n1",
      term: 3,
      msg: "leader elected",
    },
  ]);
});

test("lines below the level are not written", () => {
  const { destination, read } = lines();
  const logger = pinoLogger("warn", destination);

  logger.debug({}, "quiet");
  logger.info({}, "quiet");
  logger.warn({}, "loud");

  expect(read()).toMatchObject([{ level: "warn", msg: "loud" }]);
});

test("a failure is written with its message and stack", () => {
  const { destination, read } = lines();

  pinoLogger("error", destination).error({ failure: new Error("disk gone") }, "log write failed");

  expect(read()[0].failure).toMatchObject({ type: "Error", message: "disk gone" });
  expect(read()[0].failure.stack).toContain("pino-logger.test.ts");
});
