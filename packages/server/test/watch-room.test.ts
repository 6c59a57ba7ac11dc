import { expect, test } from "vitest";
import { WatchStage, watch } from "./watch-stage.ts";

test("keys of watches have a bound of their own, and those that ended count no more", () => {
  const stage = new WatchStage({ keyBytesMax: 1_000 });
  const { client, stream } = stage.open();
  const other = stage.open();
  const last = (): object | undefined => client.answers.at(-1);
  const key = "k".repeat(200);

  stream.create(watch(key));
  other.stream.create(watch(key));
  stream.create(watch(key));
  expect(last()).toMatchObject({ kind: "full", reason: expect.stringContaining("1000 bytes") });
  stream.create(watch("k"));
  expect(last()).toMatchObject({ kind: "created" });

  stream.cancel(0n);
  stream.cancel(0n);
  stream.create(watch(key));
  expect(last()).toMatchObject({ kind: "created" });
  other.stream.close();
  other.stream.close();
  stream.create(watch(key));
  expect(last()).toMatchObject({ kind: "created" });
  stream.create(watch(key));
  expect(last()).toMatchObject({ kind: "full" });
});
