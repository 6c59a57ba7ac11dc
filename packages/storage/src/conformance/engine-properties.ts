import { type ByteString, emptyBytes, type Row, toByteString } from "@holdfast/base";
import type { Engine, RowChange } from "../engine.ts";

/** One sentence of the contract of {@link Engine}; run it on an engine without rows. */
export interface EngineProperty {
  readonly name: string;
  readonly holds: (engine: Engine) => Promise<boolean>;
}

const ALL = { from: "", to: "\xff\xff", limit: 1_000 };

/** The contract of {@link Engine}, as data: a test runner, the simulator or a command can walk it. */
export const ENGINE_PROPERTIES: readonly EngineProperty[] = [
  {
    name: "finds what was put",
    holds: async (engine) => {
      await engine.writeDurably([put("a", "1"), put("b", "2")]);
      const many = await engine.getMany(["b", "c", "a"]);
      return text(engine.getSync("a")) === "1" && many.map(text).join() === "2,,1";
    },
  },
  {
    name: "finds nothing under a key that was never put",
    holds: async (engine) => engine.getSync("a") === undefined,
  },
  {
    name: "finds nothing under a deleted key",
    holds: async (engine) => {
      await engine.writeDurably([put("a", "1")]);
      await engine.writeDurably([remove("a"), remove("b")]);
      return engine.getSync("a") === undefined && (await engine.scan(ALL)).length === 0;
    },
  },
  {
    name: "the last change of a key in a batch wins",
    holds: async (engine) => {
      await engine.writeDurably([put("a", "1"), remove("a"), put("b", "1"), put("b", "2")]);
      return engine.getSync("a") === undefined && text(engine.getSync("b")) === "2";
    },
  },
  {
    name: "tells an empty value from no value",
    holds: async (engine) => {
      await engine.writeDurably([{ key: "a", value: emptyBytes() }]);
      return engine.getSync("a")?.length === 0 && shown(await engine.scan(ALL)) === "a=";
    },
  },
  {
    name: "keeps every byte of keys and values, and orders keys by byte",
    holds: async (engine) => {
      const keys = ["\x00", "\x00\x00", "\x7f", "\x80", "\xff", "\xff\x00", "a\x00b"];
      await engine.writeDurably(keys.map((key) => put(key, key)));
      const rows = await engine.scan({ from: "", to: "\xff\xff", limit: 100 });
      const sorted = [...keys].sort((a, b) => (a < b ? -1 : 1));
      return rows.every(({ key, value }, at) => key === sorted[at] && text(value) === key);
    },
  },
  {
    name: "scans from the first key to before the last, up to the limit",
    holds: async (engine) => {
      await engine.writeDurably(["a", "b", "c", "d"].map((key) => put(key, key)));
      const range = shown(await engine.scan({ from: "b", to: "d", limit: 10 }));
      const limited = shown(await engine.scan({ from: "", to: "z", limit: 2 }));
      return range === "b=b,c=c" && limited === "a=a,b=b";
    },
  },
  {
    name: "walks over every row of a snapshot in order, in steps, whatever is written meanwhile",
    holds: async (engine) => {
      const keys = Array.from({ length: 300 }, (_, at) => `k${1_000 + at}`);
      await engine.writeDurably(keys.map((key) => put(key, key.repeat(20))));
      const snapshot = engine.snapshot();
      const cursor = snapshot.cursor(4_096);
      const seen: string[] = [];
      let steps = 0;
      for (let rows = await cursor.next(); rows.length > 0; rows = await cursor.next()) {
        seen.push(...rows.map(({ key }) => key));
        steps++;
        await engine.writeDurably([put(`k${2_000 + steps}`, "later"), remove("k1299")]);
      }
      await cursor.close();
      await snapshot.close();
      return seen.join() === keys.join() && steps > 1;
    },
  },
  {
    name: "scans downwards",
    holds: async (engine) => {
      await engine.writeDurably(["a", "b", "c", "d"].map((key) => put(key, key)));
      const rows = await engine.scan({ from: "a", to: "d", limit: 2, reverse: true });
      return shown(rows) === "c=c,b=b";
    },
  },
  {
    name: "scans nothing where the range is empty or reversed",
    holds: async (engine) => {
      await engine.writeDurably([put("a", "1")]);
      const empty = await engine.scan({ from: "a", to: "a", limit: 10 });
      const reversed = await engine.scan({ from: "b", to: "a", limit: 10 });
      return empty.length === 0 && reversed.length === 0;
    },
  },
  {
    name: "leaves the values empty where only keys are asked for",
    holds: async (engine) => {
      await engine.writeDurably([put("a", "1")]);
      return shown(await engine.scan({ ...ALL, keysOnly: true })) === "a=";
    },
  },
  {
    name: "scans many rows in order",
    holds: async (engine) => {
      const keys = Array.from({ length: 3_000 }, (_, at) => `k${at.toString().padStart(5, "0")}`);
      await engine.writeDurably(keys.map((key) => put(key, key)));
      const rows = await engine.scan({ from: "", to: "z", limit: 5_000 });
      return rows.length === keys.length && rows.every(({ key }, at) => key === keys[at]);
    },
  },
  {
    name: "a snapshot keeps showing the moment it was taken",
    holds: async (engine) => {
      await engine.writeDurably([put("a", "1"), put("b", "1")]);
      const snapshot = engine.snapshot();
      await engine.writeDurably([put("a", "2"), remove("b"), put("c", "2")]);
      const rows = shown(await snapshot.scan(ALL));
      const many = (await snapshot.getMany(["a", "b", "c"])).map(text).join();
      const one = text(snapshot.getSync("b"));
      await snapshot.close();
      const now = shown(await engine.scan(ALL));
      return rows === "a=1,b=1" && many === "1,1," && one === "1" && now === "a=2,c=2";
    },
  },
  {
    name: "snapshots of different moments live side by side and close twice",
    holds: async (engine) => {
      await engine.writeDurably([put("a", "1")]);
      const first = engine.snapshot();
      await engine.writeDurably([put("a", "2")]);
      const second = engine.snapshot();
      await engine.writeDurably([remove("a")]);
      const seen = [text(first.getSync("a")), text(second.getSync("a"))];
      await first.close();
      await first.close();
      const still = text(second.getSync("a"));
      await second.close();
      return seen.join() === "1,2" && still === "2" && engine.getSync("a") === undefined;
    },
  },
  {
    name: "a scan shows the moment it was asked for",
    holds: async (engine) => {
      await engine.writeDurably([put("a", "1")]);
      const scanned = engine.scan(ALL);
      const written = engine.writeDurably([put("b", "2")]);
      const rows = await scanned;
      await written;
      return shown(rows) === "a=1";
    },
  },
  {
    name: "takes a large batch as one",
    holds: async (engine) => {
      const keys = Array.from({ length: 5_000 }, (_, at) => `k${at}`);
      const written = engine.writeDurably(keys.map((key) => put(key, "1")));
      const during = await engine.scan({ from: "", to: "z", limit: 10_000 });
      await written;
      const after = await engine.scan({ from: "", to: "z", limit: 10_000, keysOnly: true });
      return [0, keys.length].includes(during.length) && after.length === keys.length;
    },
  },
  {
    name: "an empty batch changes nothing",
    holds: async (engine) => {
      await engine.writeDurably([]);
      return (await engine.scan(ALL)).length === 0;
    },
  },
  {
    name: "closes twice",
    holds: async (engine) => {
      await engine.close();
      await engine.close();
      return true;
    },
  },
];

function put(key: ByteString, value: ByteString): RowChange {
  return { key, value: Uint8Array.from(value, (character) => character.charCodeAt(0)) };
}

function remove(key: ByteString): RowChange {
  return { key, value: undefined };
}

function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : toByteString(value);
}

function shown(rows: readonly Row[]): string {
  return rows.map(({ key, value }) => `${key}=${text(value)}`).join();
}
