import { CLIENTS, type LinkFault, type Place } from "./link-faults.ts";
import { NetworkNamespace } from "./network-namespace.ts";
import type { NodeHost } from "./node-host.ts";
import { runTool } from "./run-tool.ts";

/** Of 10.200.0.0 to 10.254.255.0 each network takes one /24, by process, so that they do not meet. */
const SECOND_BYTE = { first: 200, count: 55 } as const;
const BYTE_VALUES = 256;
/** Networks that one process has at a time without meeting its neighbour's. */
const NETWORKS_PER_PROCESS = 8;
const ROUTER_BYTE = 254;
const CLIENTS_BYTE = 253;
const SETTLES_WITHIN_S = "10";
const QUEUE_MS = 400;
let opened = 0;

/**
 * A network for a cluster: each node in a namespace of its own, and this process, joined by a router in one
 * more namespace, whose rules drop what shall not arrive. Packets vanish; nothing is refused, no connection
 * is reset.
 *
 * A router rather than a bridge, as one table of one namespace then holds all that is cut, and is replaced at once.
 *
 * In this machine's own network it has one interface and one route, which vanish with the router.
 */
export class PrivateNetwork implements AsyncDisposable {
  /** For `startCluster`: one host for each node, n1 first. */
  readonly hosts: readonly NodeHost[];
  readonly #prefix: string;
  readonly #uplink: string;
  readonly #router: NetworkNamespace;
  readonly #members: readonly NetworkNamespace[];
  readonly #narrowed = new Set<Place>();

  private constructor(
    number: number,
    router: NetworkNamespace,
    members: readonly NetworkNamespace[],
  ) {
    const second = SECOND_BYTE.first + (Math.floor(number / BYTE_VALUES) % SECOND_BYTE.count);
    this.#prefix = `10.${second}.${number % BYTE_VALUES}`;
    this.#uplink = `hf${router.pid}`;
    this.#router = router;
    this.#members = members;
    this.hosts = members.map(({ enter }, at) => ({ ip: `${this.#prefix}.${at + 1}`, enter }));
  }

  /** @throws Error where the system does not allow it. */
  static async open(nodes: number): Promise<PrivateNetwork> {
    const number = process.pid * NETWORKS_PER_PROCESS + (opened % NETWORKS_PER_PROCESS);
    opened += 1;
    const namespaces = Array.from({ length: nodes + 1 }, () => NetworkNamespace.open());
    const made = await Promise.allSettled(namespaces);
    const [router, ...members] = made.flatMap((one) =>
      one.status === "fulfilled" ? [one.value] : [],
    );
    try {
      await Promise.all(namespaces);
      if (router === undefined) throw new Error("there is no router");
      const network = new PrivateNetwork(number, router, members);
      await network.#join();
      return network;
    } catch (failure) {
      for (const one of [router, ...members]) await one?.[Symbol.asyncDispose]();
      throw failure;
    }
  }

  /** Replaces all faults by these, at once. */
  async suffer(faults: readonly LinkFault[]): Promise<void> {
    const rules = faults.map(({ from, to, loss = 1 }) => {
      const share = loss < 1 ? ` -m statistic --mode random --probability ${loss}` : "";
      return `-A FORWARD -s ${this.#address(from)} -d ${this.#address(to)}${share} -j DROP`;
    });
    const table = ["*filter", ":FORWARD ACCEPT [0:0]", ...rules, "COMMIT", ""].join("\n");
    await this.#router.run(["iptables-restore", "-w", SETTLES_WITHIN_S], table);
  }

  /**
   * What goes to a place passes a link of so many kbit a second, with a queue of {@link QUEUE_MS}: it is late, and
   * lost beyond that.
   */
  async narrow(place: Place, kbit: number): Promise<void> {
    this.#narrowed.add(place);
    const rate = ["rate", `${kbit}kbit`, "burst", "4kb", "latency", `${QUEUE_MS}ms`];
    await this.#router.run(["tc", "qdisc", "replace", "dev", place, "root", "tbf", ...rate]);
  }

  /** No faults, and all links wide. */
  async heal(): Promise<void> {
    await this.suffer([]);
    for (const place of this.#narrowed) {
      await this.#router.run(["tc", "qdisc", "delete", "dev", place, "root"]);
      this.#narrowed.delete(place);
    }
  }

  /** No node may run any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await runTool(["ip", "link", "delete", this.#uplink]);
    for (const namespace of [this.#router, ...this.#members]) {
      await namespace[Symbol.asyncDispose]();
    }
  }

  #address(place: Place): string {
    if (place === CLIENTS) return `${this.#prefix}.${CLIENTS_BYTE}`;
    const host = this.hosts[Number(place.slice(1)) - 1];
    if (host === undefined) throw new Error(`there is no place ${place} in this network`);
    return host.ip;
  }

  /** Every place has one interface, to the router; the router has one to each. */
  async #join(): Promise<void> {
    const gateway = `${this.#prefix}.${ROUTER_BYTE}`;
    const clients = this.#address(CLIENTS);
    const uplink = this.#uplink;
    await runTool(
      ["ip", "-batch", "-"],
      [
        `link add ${uplink} type veth peer name ${CLIENTS} netns ${this.#router.pid}`,
        `address add ${clients}/32 dev ${uplink}`,
        `link set ${uplink} up`,
        `route add ${this.#prefix}.0/24 via ${gateway} dev ${uplink} onlink src ${clients}`,
      ].join("\n"),
    );
    const atRouter = [`address add ${gateway}/32 dev lo`, ...doorTo(CLIENTS, clients)];
    for (const [at, member] of this.#members.entries()) {
      const place = `n${at + 1}`;
      const ip = this.#address(place);
      atRouter.push(`link add ${place} type veth peer name uplink netns ${member.pid}`);
      atRouter.push(...doorTo(place, ip));
    }
    await this.#router.run(["ip", "-batch", "-"], atRouter.join("\n"));
    const settle = this.#members.map(async (member, at) => {
      const own = [
        `address add ${this.#address(`n${at + 1}`)}/32 dev uplink`,
        "link set uplink up",
        `route add default via ${gateway} dev uplink onlink`,
      ];
      await member.run(["ip", "-batch", "-"], own.join("\n"));
    });
    await Promise.all(settle);
  }
}

function doorTo(place: Place, ip: string): readonly string[] {
  return [`link set ${place} up`, `route add ${ip}/32 dev ${place}`];
}
