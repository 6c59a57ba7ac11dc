import type { Files } from "../files.ts";

/** One sentence of the contract of {@link Files}; run it on an empty root directory. */
export interface FilesProperty {
  readonly name: string;
  readonly holds: (files: Files) => Promise<boolean>;
}

const DURABLE = { create: true, durableWrites: true };
const EXISTING = { create: false, durableWrites: false };

/** The contract of {@link Files}, as data: a test runner, the simulator or a command can walk it. */
export const FILES_PROPERTIES: readonly FilesProperty[] = [
  {
    name: "lists nothing in a directory that does not exist",
    holds: async (files) => (await files.list("nowhere")).length === 0,
  },
  {
    name: "makes a directory inside one that does not exist, and twice",
    holds: async (files) => {
      await files.makeDirectory("a/b");
      await files.makeDirectory("a/b");
      return (await files.list("a")).join() === "b" && (await files.list("a/b")).length === 0;
    },
  },
  {
    name: "refuses to open a file that does not exist",
    holds: async (files) => rejects(files.open("missing", EXISTING)),
  },
  {
    name: "refuses to create a file in a directory that does not exist",
    holds: async (files) => rejects(files.open("nowhere/file", DURABLE)),
  },
  {
    name: "reads back what was written at a position",
    holds: async (files) => {
      const file = await files.open("file", DURABLE);
      await file.writeAt(0, bytes(1, 2, 3, 4));
      await file.writeAt(1, bytes(9, 8));
      const read = await file.readAt(0, 4);
      await file.close();
      return same(read, bytes(1, 9, 8, 4));
    },
  },
  {
    name: "fills a gap before a write with zeros",
    holds: async (files) => {
      const file = await files.open("file", DURABLE);
      await file.writeAt(3, bytes(7));
      const read = await file.readAt(0, 10);
      await file.close();
      return same(read, bytes(0, 0, 0, 7));
    },
  },
  {
    name: "reads fewer bytes at the end of a file and none behind it",
    holds: async (files) => {
      const file = await files.open("file", DURABLE);
      await file.writeAt(0, bytes(1, 2, 3));
      const short = await file.readAt(2, 10);
      const none = await file.readAt(5, 10);
      await file.close();
      return same(short, bytes(3)) && none.length === 0;
    },
  },
  {
    name: "does not hold on to bytes once they are written",
    holds: async (files) => {
      const file = await files.open("file", DURABLE);
      const reused = bytes(1, 2, 3);
      await file.writeAt(0, reused);
      reused.fill(9);
      const read = await file.readAt(0, 3);
      await file.close();
      return same(read, bytes(1, 2, 3));
    },
  },
  {
    name: "hands out bytes that later writes do not change",
    holds: async (files) => {
      const file = await files.open("file", DURABLE);
      await file.writeAt(0, bytes(1, 2, 3));
      const read = await file.readAt(0, 3);
      await file.writeAt(0, bytes(4, 5, 6));
      await file.close();
      return same(read, bytes(1, 2, 3));
    },
  },
  {
    name: "opening with create keeps what a file holds",
    holds: async (files) => {
      const first = await files.open("file", DURABLE);
      await first.writeAt(0, bytes(1, 2));
      await first.close();
      const second = await files.open("file", DURABLE);
      const read = await second.readAt(0, 2);
      await second.close();
      return same(read, bytes(1, 2));
    },
  },
  {
    name: "truncates, and growing again gives zeros",
    holds: async (files) => {
      const file = await files.open("file", DURABLE);
      await file.writeAt(0, bytes(1, 2, 3, 4));
      await file.truncate(2);
      const cut = await file.size();
      await file.truncate(4);
      const read = await file.readAt(0, 4);
      await file.sync();
      await file.close();
      return cut === 2 && same(read, bytes(1, 2, 0, 0));
    },
  },
  {
    name: "renames over a file that exists",
    holds: async (files) => {
      for (const [name, value] of [
        ["old", 1],
        ["new", 2],
      ] as const) {
        const file = await files.open(name, DURABLE);
        await file.writeAt(0, bytes(value));
        await file.close();
      }
      await files.rename("new", "old");
      await files.syncDirectory("");
      const file = await files.open("old", EXISTING);
      const read = await file.readAt(0, 1);
      await file.close();
      return same(read, bytes(2)) && (await files.list("")).join() === "old";
    },
  },
  {
    name: "an open file follows its renaming",
    holds: async (files) => {
      const file = await files.open("before", DURABLE);
      await files.rename("before", "after");
      await file.writeAt(0, bytes(5));
      await file.close();
      const again = await files.open("after", EXISTING);
      const read = await again.readAt(0, 1);
      await again.close();
      return same(read, bytes(5));
    },
  },
  {
    name: "removes a file, and one that is not there without an error",
    holds: async (files) => {
      await (await files.open("file", DURABLE)).close();
      await files.unlink("file");
      await files.unlink("file");
      return (await files.list("")).length === 0;
    },
  },
  {
    name: "removes a directory with all that is in it, and one that is not there without an error",
    holds: async (files) => {
      await files.makeDirectory("a/b");
      await (await files.open("a/b/file", DURABLE)).close();
      await files.removeDirectory("a");
      await files.removeDirectory("a");
      return (await files.list("")).length === 0;
    },
  },
  {
    name: "tells of free space or says that it does not know",
    holds: async (files) => ((await files.freeBytes()) ?? 1) > 0,
  },
  {
    name: "tells of free space as a whole number of bytes, again and again, before any file is there",
    holds: async (files) => {
      const told = [await files.freeBytes(), await files.freeBytes()];
      return told.every((free) => free === undefined || (Number.isSafeInteger(free) && free >= 0));
    },
  },
];

function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

async function rejects(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => false,
    () => true,
  );
}
