import { execFile } from "node:child_process";

const RUN_MS_MAX = 10_000;

/** Runs a tool of the system to its end; returns what it printed. @throws Error with what it printed, if it fails. */
export function runTool([command = "", ...args]: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: RUN_MS_MAX, encoding: "utf8" } as const;
    const child = execFile(command, args, options, (failure, stdout, stderr) => {
      if (failure === null) resolve(stdout);
      else reject(new Error(`${[command, ...args].join(" ")}: ${stderr || failure.message}`));
    });
    child.stdin?.on("error", () => undefined).end(input);
  });
}
