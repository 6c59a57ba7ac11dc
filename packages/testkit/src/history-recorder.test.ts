import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HistoryRecorder } from "./history-recorder.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

test("a history is written line by line, in order, with times that do not fall", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "history.jsonl");
  {
    using history = new HistoryRecorder(path);
    history.record({ process: 1, kind: "invoke", call: "put", key: "k", value: "1" });
    history.record({
      process: 1,
      kind: "info",
      call: "put",
      key: "k",
      value: "1",
      error: "TIMEOUT",
    });
  }

  const lines = (await readFile(path, "utf8")).trim().split("\n");
  const events = lines.map((line) => JSON.parse(line) as { kind: string; timeMs: number });

  expect(events.map(({ kind }) => kind)).toEqual(["invoke", "info"]);
  expect(events[1]?.timeMs).toBeGreaterThanOrEqual(events[0]?.timeMs ?? Infinity);
});
