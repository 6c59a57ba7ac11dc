import { setFlagsFromString } from "node:v8";

/** What the heap may grow by between two full collections, per cent of what was left by the last. */
const GROWTH_PERCENT = 200;

/**
 * Lets the heap of a node grow to three times what is alive before it is collected whole.
 *
 * A node's heap is small, some 25 MiB, but large buffers pass by it: V8 counts them as part of
 * it, and by its own rule, 1.5 times, collects it whole six times a second while a state is
 * sent. Costs some 50 MiB of memory (decision 11). V8 reads the rule anew after each collection.
 */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
