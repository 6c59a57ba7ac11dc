import { spawnSync } from "node:child_process";

/** As much of a test's context as is needed to skip it; vitest's has it. */
export interface SkippableTest {
  skip(note?: string): void;
}

interface Tool {
  /** A command that succeeds only where the tool can be used. */
  readonly probe: readonly [string, ...string[]];
  readonly remedy: string;
}

const ANY_RATE = ["rate", "1mbit", "burst", "10kb", "latency", "50ms"];

const TOOLS: Readonly<Record<string, Tool>> = {
  etcd: { probe: ["etcd", "--version"], remedy: "apt-get install etcd-server" },
  etcdctl: { probe: ["etcdctl", "version"], remedy: "apt-get install etcd-client" },
  netns: {
    probe: ["unshare", "--net", "ip", "link"],
    remedy: "apt-get install iproute2, and run as root",
  },
  tmpfs: {
    probe: ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/tmp"],
    remedy: "run as root on Linux",
  },
  tbf: {
    probe: ["unshare", "--net", "tc", "qdisc", "add", "dev", "lo", "root", "tbf", ...ANY_RATE],
    remedy: "a kernel with the queue tbf, apt-get install iproute2, and run as root",
  },
  faketime: {
    probe: [
      "unshare",
      "--mount",
      "sh",
      "-c",
      'LD_PRELOAD=$(echo /usr/lib/*/faketime/libfaketime.so.1) FAKETIME="-20y" date +%Y | grep -v "$(date +%Y)"',
    ],
    remedy: "apt-get install libfaketime, and run as root",
  },
  prlimit: { probe: ["prlimit", "--version"], remedy: "apt-get install util-linux" },
  iptables: {
    probe: ["iptables", "-L", "-n"],
    remedy: "apt-get install iptables, and run as root",
  },
};

/**
 * Skips the test, visibly, where a tool is missing; throws instead where
 * `HOLDFAST_REQUIRE` names it (names with commas between).
 */
export function requireTool(name: string, test: SkippableTest): void {
  const tool = TOOLS[name] ?? { probe: [name, "--version"], remedy: `install ${name}` };
  if (works(tool.probe)) return;
  const note = `needs ${name}: ${tool.remedy}`;
  const { HOLDFAST_REQUIRE: required = "" } = process.env;
  if (required.split(",").some((part) => part.trim() === name))
    throw new Error(`${note} (HOLDFAST_REQUIRE names it)`);
  test.skip(note);
}

function works([command, ...args]: readonly [string, ...string[]]): boolean {
  return spawnSync(command, args, { stdio: "ignore", timeout: 10_000 }).status === 0;
}
