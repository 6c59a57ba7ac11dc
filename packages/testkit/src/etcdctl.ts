import { execFile } from "node:child_process";
import type { Cluster } from "./cluster.ts";

/** How a run of etcdctl ended. */
export interface EtcdctlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const RUN_MS_MAX = 30_000;

/** Runs the real etcdctl against a cluster's endpoints, or those given; a failure is a result, not a rejection. */
export function etcdctl(
  cluster: Pick<Cluster, "endpoints">,
  args: readonly string[],
  options: { readonly endpoints?: readonly string[]; readonly input?: string } = {},
): Promise<EtcdctlResult> {
  const endpoints = options.endpoints ?? cluster.endpoints;
  return new Promise((resolve, reject) => {
    const child = execFile(
      "etcdctl",
      [`--endpoints=${endpoints.join(",")}`, ...args],
      { env: { ...process.env, ETCDCTL_API: "3" }, timeout: RUN_MS_MAX, encoding: "utf8" },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== "number") reject(error);
        else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      },
    );
    child.stdin?.end(options.input ?? "");
  });
}
