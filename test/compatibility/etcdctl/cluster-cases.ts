import { inAllFormats, line } from "./command-line.ts";
import type { EtcdctlCase } from "./etcdctl-case.ts";

/** At the end of a line, or of a row. */
const HASH = /(\d+|\(id\))(?=( \|)?\n)/g;

/** member, endpoint, alarm, defrag, snapshot, move-leader, make-mirror: of one node. */
export const CLUSTER_CASES: readonly EtcdctlCase[] = [
  ...inAllFormats("member list", "Cluster.MemberList"),
  line("member list extra"),
  line("member add"),
  line("member add name"),
  line("member add name --peer-urls=nonsense"),
  line("member add name --peer-urls=http://127.0.0.1"),
  line("member add name extra"),
  line("member remove"),
  line("member remove nonsense"),
  line("member remove 123456789abc"),
  line("member update 123456789abc"),
  line("member update 123456789abc --peer-urls=http://127.0.0.1:9"),
  line("member promote"),
  line("member promote 123456789abc"),
  line("move-leader"),
  line("move-leader nonsense"),
  line("move-leader 123456789abc"),
  ...inAllFormats("endpoint status", "Maintenance.Status"),
  line("endpoint status --cluster"),
  line("endpoint health"),
  line("endpoint health --cluster"),
  line("endpoint health -w json"),
  line("endpoint health -w table"),
  ...inAllFormats("endpoint hashkv", "Maintenance.HashKV", { own: HASH }),
  line("endpoint hashkv --cluster", { own: HASH }),
  line("endpoint hashkv --rev=100000"),
  line("endpoint hashkv --rev=2"),
  line("alarm list"),
  line("alarm list -w table"),
  ...["json", "fields", "protobuf"].map((format) =>
    line(`alarm list -w ${format}`, {
      exempt: "etcd 3.4 sends no header, over which -w fields panics",
    }),
  ),
  line("alarm disarm"),
  line("defrag"),
  line("defrag --cluster"),
  line("snapshot save {directory}/kept.db"),
  line("snapshot save"),
  line("snapshot status {directory}/kept.db", {
    exempt: "it opens bbolt's file, which ours is not",
  }),
  line("put mirrored/1 one"),
  line("put mirrored/2 two"),
  line("make-mirror --prefix=mirrored/ --dest-prefix=copy/ {client}", {
    meanwhile: { args: ["get", "copy/", "--prefix"], prints: /copy\/1\none\ncopy\/2\ntwo/ },
  }),
  line("make-mirror"),
  line("get copy/ --prefix"),
  line("version"),
  line("auth enable"),
  line("auth disable"),
];
