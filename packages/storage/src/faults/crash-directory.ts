import { below, type Random } from "@holdfast/base";
import type { LoggedRows } from "./logged-rows.ts";
import { TornContent } from "./torn-content.ts";

type Node = TornContent | CrashDirectory;
/** Names with what stands under them from now on; `undefined`: nothing. */
type NameChange = readonly (readonly [string, Node | undefined])[];

/**
 * The names in a directory as a process sees them, and beside them what a power cut would
 * leave: of the changes since it was last synced, any may have arrived. A renaming is one change.
 */
export class CrashDirectory {
  #seen = new Map<string, Node>();
  #durable = new Map<string, Node>();
  #pending: { readonly change: number; readonly names: NameChange }[] = [];
  #changes = 0;
  /** The rows of an engine whose directory this is. */
  rows: LoggedRows | undefined;

  names(): readonly string[] {
    return [...this.#seen.keys()];
  }

  get(name: string): Node | undefined {
    return this.#seen.get(name);
  }

  /** What lies below at a path of names with `/` between them; "" is this directory. */
  at(path: string): Node | undefined {
    let node: Node | undefined = this;
    for (const name of path.split("/").filter((part) => part !== "")) {
      node = node instanceof CrashDirectory ? node.get(name) : undefined;
    }
    return node;
  }

  /** The directory at a path, made with those above it where it does not exist. */
  make(path: string): CrashDirectory {
    let directory: CrashDirectory = this;
    for (const name of path.split("/")) {
      const found = directory.get(name);
      if (found instanceof TornContent) throw new Error(`${path} is a file`);
      const next = found ?? new CrashDirectory();
      if (found === undefined) directory.change([[name, next]]);
      directory = next;
    }
    return directory;
  }

  change(names: NameChange): void {
    apply(this.#seen, names);
    this.#pending.push({ change: ++this.#changes, names });
  }

  /** All changes until now: what a sync that begins now will cover. */
  get changes(): number {
    return this.#changes;
  }

  /** Makes changes up to `change` survive a power cut. */
  settle(change: number): void {
    for (const { names } of this.#pending.filter((one) => one.change <= change)) {
      apply(this.#durable, names);
    }
    this.#pending = this.#pending.filter((one) => one.change > change);
  }

  /** What stands there once power is back; all of it durable. */
  afterPowerCut(random: Random): CrashDirectory {
    const names = new Map(this.#durable);
    for (const one of this.#pending) if (below(random, 2) === 0) apply(names, one.names);
    const after = new CrashDirectory();
    for (const [name, node] of names) after.#seen.set(name, node.afterPowerCut(random));
    after.#durable = new Map(after.#seen);
    after.rows = this.rows?.afterPowerCut(random);
    return after;
  }
}

function apply(names: Map<string, Node>, change: NameChange): void {
  for (const [name, node] of change) {
    if (node === undefined) names.delete(name);
    else names.set(name, node);
  }
}
