import type { Turn } from "@holdfast/base";

/** Node's event loop. */
export class SystemTurn implements Turn {
  /** Behind the poll phase, so that one task sees what all sockets brought in this turn. */
  soon(task: () => void): void {
    setImmediate(task);
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
