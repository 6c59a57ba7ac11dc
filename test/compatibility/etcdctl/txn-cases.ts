import { line, TEXT_FORMATS } from "./command-line.ts";
import type { EtcdctlCase } from "./etcdctl-case.ts";

const ALL_STEPS = "put t/1 one\nget t/1\nput t/2 two --prev-kv\ndel t/9 --prev-kv\nget t/ --prefix";

/** `txn` reads guards, steps if they hold, steps if not; an empty line ends each. */
export const TXN_CASES: readonly EtcdctlCase[] = [
  line("txn", { input: `\n${ALL_STEPS}\n\n\n` }),
  line("txn -i", { input: `value("t/1") = "one"\n\nput t/1 uno\nget t/1\n\nget t/2\n\n` }),
  line("txn -i", { input: `value("t/1") = "one"\n\nput t/1 uno\n\nget t/2\n\n` }),
  line("txn", { input: `ver("t/1") > "1"\n\nget t/1\n\nget t/2\n\n` }),
  line("txn", { input: `version("t/1") != "2"\n\nget t/1\n\nget t/2\n\n` }),
  line("txn", { input: `c("t/1") < "3"\ncreate("t/2") > "1"\n\nget t/1\n\nget t/2\n\n` }),
  line("txn", { input: `mod("t/1") > "1"\nm("t/2") > "1"\n\ndel t/2\n\nget t/2\n\n` }),
  line("txn", { input: `lease("t/1") = "0"\n\nget t/1 --limit=1\n\nget t/2\n\n` }),
  line("txn", { input: `val("absent") != "x"\n\nget t/1\n\nget t/2\n\n` }),
  line("txn", { input: "\nput t/1 a\nput t/1 b\n\n\n" }),
  line("txn", { input: "\nput t/1 a\ndel t/ --prefix\n\n\n" }),
  line("txn", { input: "\nput t/1 a --lease=123\n\n\n" }),
  line("txn", { input: "\nput absent --ignore-value\n\n\n" }),
  line("txn", { input: "\nget t/1 --rev=100000\n\n\n" }),
  line("txn", { input: "\nget t/1 --rev=2\n\n\n" }),
  line("txn", { input: "nonsense\n\n\n\n" }),
  line("txn", { input: "\nnonsense\n\n\n" }),
  line("txn", { input: "" }),
  line("txn", { input: "\n\n\n" }),
  ...TEXT_FORMATS.map((format) => line(`txn -w ${format}`, { input: `\n${ALL_STEPS}\n\n\n` })),
  line("txn -w protobuf", { input: `\n${ALL_STEPS}\n\n\n`, prints: "KV.Txn" }),
  line("txn extra"),
];
