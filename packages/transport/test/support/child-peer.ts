import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { PeerIdentity } from "@holdfast/replica";
import { onTestFinished } from "vitest";
import { until } from "./real-time.ts";

const SCRIPT = fileURLToPath(new URL("./peer-process.mjs", import.meta.url));

/** What a child process says of itself. */
interface ChildReport {
  readonly kind: "listening" | "connected" | "disconnected" | "gone" | "received";
  readonly port?: number;
  readonly peer?: number;
}

/** A peer network in another process. */
export interface ChildPeer {
  readonly process: ChildProcess;
  readonly port: number;
  readonly reports: readonly ChildReport[];
  introduce(identity: PeerIdentity): void;
}

/** Starts a process that listens on a port, 0 for any; it is killed when the test is over. */
export async function startChildPeer(identity: PeerIdentity, port: number): Promise<ChildPeer> {
  const child = fork(SCRIPT, [JSON.stringify(identity), String(port)], { execArgv: [] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const reports: ChildReport[] = [];
  child.on("message", (report: ChildReport) => reports.push(report));
  await until(() => reports.length > 0 || child.exitCode !== null, "the child starts", 15_000);
  if (reports.length === 0) {
    throw new Error("the child did not start; it runs from what was built: npm run build");
  }
  return {
    process: child,
    port: reports[0]?.port ?? 0,
    reports,
    introduce: (as) => child.send({ kind: "introduce", identity: as }),
  };
}
