import { line } from "./command-line.ts";
import type { EtcdctlCase } from "./etcdctl-case.ts";

/** Each begins in the past, so that what it prints is there already. */
export const WATCH_CASES: readonly EtcdctlCase[] = [
  ...["1", "2", "3"].map((value) => line(`put w/a ${value}`)),
  line("put w/b 1"),
  line("del w/a"),
  line("put w/end now"),
  line("watch w/a --rev=30", { until: /DELETE\nw\/a\n\n$/ }),
  line("watch w/a --rev=30 --prev-kv", { until: /DELETE\nw\/a\n3\nw\/a\n\n$/ }),
  line("watch w/ --prefix --rev=30", { until: /w\/end\nnow\n$/ }),
  line("watch w/ --prefix --rev=30 -w json", { until: /"key":"dy9lbmQ="[^\n]*\n$/ }),
  line("watch w/ --prefix --rev=30 -w fields", { until: /"Value" : "now"\n"Lease"[^\n]*\n/ }),
  line("watch w/a w/b --rev=30", { until: /DELETE/ }),
  line("watch -i", { input: "watch w/end --rev=30\n", until: /now\n$/ }),
  line("watch w/end --rev=30 -- sh -c", { until: /$/ }),
  { args: ["watch", "w/end", "--rev=30", "--", "env"], until: /ETCD_WATCH_VALUE="?now/ },
  line("watch w/a --rev=2", { until: /$/ }),
  line("watch"),
  line("watch w/a --rev=30 -w table", { until: /DELETE|table/ }),
];
