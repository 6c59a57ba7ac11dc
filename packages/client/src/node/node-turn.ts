import type { Turn } from "@holdfast/base";

/**
 * The turns of Node's event loop. `soon` waits for the end of the turn and not of
 * the microtask queue, so that all that continues on the answers of one message
 * is gathered together.
 */
export class NodeTurn implements Turn {
  soon(task: () => void): void {
    setImmediate(task);
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
