import { readFileSync } from "node:fs";

/** What the process has used so far, all its threads together. */
export interface ProcessCosts {
  readonly cpuMicros: number;
  readonly wallMicros: number;
  /** Handed to the kernel to be written; `NaN` where the system does not count it. */
  readonly writtenBytes: number;
}

/**
 * LevelDB writes and compacts on threads of its own, so the whole process is asked. Bytes are
 * those of `write`, not those that reached the device: what a file system makes of them is its own affair.
 */
export function processCosts(): ProcessCosts {
  const { user, system } = process.cpuUsage();
  return {
    cpuMicros: user + system,
    wallMicros: performance.now() * 1000,
    writtenBytes: writtenBytes(),
  };
}

export function costsSince(before: ProcessCosts): ProcessCosts {
  const now = processCosts();
  return {
    cpuMicros: now.cpuMicros - before.cpuMicros,
    wallMicros: now.wallMicros - before.wallMicros,
    writtenBytes: now.writtenBytes - before.writtenBytes,
  };
}

function writtenBytes(): number {
  try {
    return Number(/^wchar: (\d+)$/m.exec(readFileSync("/proc/self/io", "latin1"))?.[1]);
  } catch {
    return Number.NaN;
  }
}
