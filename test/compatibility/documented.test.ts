import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { differenceRows } from "./answers/difference-rows.ts";

const PAGE = new URL("../../docs/compatibility.md", import.meta.url);

test("the page names every known difference, and no other", async () => {
  const page = await readFile(PAGE, "utf8");

  const table = /^\| where \|[\s\S]*?(?=\n\n|\n$)/m.exec(page)?.[0];

  expect(table).toBe(differenceRows());
});
