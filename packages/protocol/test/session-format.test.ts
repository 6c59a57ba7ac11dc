import { readFileSync } from "node:fs";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { loadDefinition } from "../src/index.ts";

/** What stands in clients and nodes already: a line that changes is a break of the format. */
const GOLDEN = new URL("golden/session-format-1.txt", import.meta.url);

const SESSION_ID = Buffer.from(Array.from({ length: 16 }, (_, at) => at));
const REQUESTS = {
  start: { start: { protocol: 1, session_id: SESSION_ID } },
  turn: {
    turn: {
      commands: Buffer.from("c0ffee", "hex"),
      read_id: "7",
      queries: Buffer.from("beef", "hex"),
      timeout_ms: 5000,
      serializable: true,
    },
  },
  end: { end: {} },
};
const REPLIES = {
  started: {
    started: {
      protocol: 1,
      cluster_id: "9007199254740991",
      member_id: "258",
      window: 8192,
      turn_bytes_max: 1_572_864,
      endpoints: ["127.0.0.1:2379", "127.0.0.1:22379"],
    },
  },
  results: { results: { first_sequence: "2", results: Buffer.from("0190", "hex") } },
  "read-results": { read_results: { read_id: "7", results: Buffer.from("0190", "hex") } },
  failure: {
    failure: {
      first_sequence: "2",
      code: "NO_LEADER",
      message: "there is no leader",
      outcome: "not-applied",
      retryable: true,
    },
  },
};

function open() {
  const service = loadDefinition("holdfast/v1/session.proto")[
    "holdfast.v1.Session"
  ] as ServiceDefinition;
  const method = service["Open"];
  if (method === undefined) throw new Error("the service has a method Open");
  return method;
}

test("every message of the Session conversation is encoded as the golden file has it", () => {
  const { requestSerialize, responseSerialize } = open();
  const lines = [
    ...Object.entries(REQUESTS).map(
      ([name, m]) => `${name} ${requestSerialize(m).toString("hex")}`,
    ),
    ...Object.entries(REPLIES).map(
      ([name, m]) => `${name} ${responseSerialize(m).toString("hex")}`,
    ),
  ];

  expect(`${lines.join("\n")}\n`).toBe(readFileSync(GOLDEN, "utf8"));
});

test("what the golden file holds is read back whole", () => {
  const { requestDeserialize, responseDeserialize } = open();
  const known: Readonly<Record<string, object>> = { ...REQUESTS, ...REPLIES };
  for (const line of readFileSync(GOLDEN, "utf8").trimEnd().split("\n")) {
    const [name = "", hex = ""] = line.split(" ");
    const decode = name in REQUESTS ? requestDeserialize : responseDeserialize;

    expect(decode(Buffer.from(hex, "hex"))).toMatchObject(known[name] ?? {});
  }
});
