import {
  type Clock,
  type ClusterId,
  HoldfastError,
  type Logger,
  messageOf,
  type Random,
  randomWireId,
  type StoreId,
} from "@holdfast/base";
import type { Membership } from "@holdfast/raft";
import { foundingMembership } from "./founding-membership.ts";
import type { PeerIdentity, PeerNetwork } from "./ports/peer-network.ts";

/** A node as the configuration file names it. */
export interface ConfiguredNode {
  readonly name: string;
  readonly peerAddress: string;
  readonly clientAddress: string;
}

export interface FormationParts {
  readonly self: ConfiguredNode & { readonly storeId: StoreId };
  /** All nodes of the file, this one included. */
  readonly nodes: readonly ConfiguredNode[];
  readonly network: PeerNetwork;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Form a cluster of those that answer, instead of waiting for all. */
  readonly bootstrap: boolean;
  /** Told whenever the reason to wait changes. */
  waiting(reason: string): void;
}

/** A store becomes a member of a cluster. */
export interface Birth {
  readonly clusterId: ClusterId;
  readonly membership: Membership;
}

/** Nodes of two clusters, or of none that can be told, answer at the addresses of one file. */
export class FormationRefusedError extends HoldfastError {
  readonly code = "FORMATION_REFUSED";
  readonly outcome = "not-applied";
  readonly retryable = false;
}

const HELLO_TIMEOUT_MS = 1000;
const ROUND_MS = 100;

interface Answer {
  readonly node: ConfiguredNode;
  readonly identity: PeerIdentity | undefined;
  readonly failure: string;
}

/**
 * How an unborn node comes to be a member (decision 16): a cluster is formed only
 * when *all* nodes of the file answer that they are unborn, by the smallest name.
 * Two wiped nodes of three can therefore never form an empty cluster: the third
 * either is silent, or names the cluster that it belongs to.
 */
export class Formation {
  readonly #parts: FormationParts;
  #stopped = false;
  #reason = "";
  /** Members that the file does not name, as those that it names have told. */
  #told: readonly ConfiguredNode[] = [];
  /** Whose members they are. */
  #cluster: ClusterId | undefined;

  constructor(parts: FormationParts) {
    this.#parts = parts;
  }

  /** Resolves with the birth, or with `undefined` once stopped. */
  async run(): Promise<Birth | undefined> {
    while (!this.#stopped) {
      const answers = await this.#askAll();
      const birth = this.#judge(answers);
      if (birth !== undefined) return birth;
      await this.#pause();
    }
    return undefined;
  }

  stop(): void {
    this.#stopped = true;
  }

  #askAll(): Promise<readonly Answer[]> {
    const { nodes, self, network } = this.#parts;
    // Only a leader admits, and that may be one that the file knows nothing of.
    const others = [...nodes, ...this.#told].filter(({ name }) => name !== self.name);
    return Promise.all(
      others.map((node) =>
        network.hello(node.peerAddress, HELLO_TIMEOUT_MS).then(
          (identity): Answer => ({ node, identity, failure: "" }),
          (failure: unknown): Answer => ({
            node,
            identity: undefined,
            failure: messageOf(failure),
          }),
        ),
      ),
    );
  }

  #judge(all: readonly Answer[]): Birth | undefined {
    const answers = all.filter((answer) => this.#isOfUse(answer));
    const stranger = answers.find(
      ({ node, identity }) => identity !== undefined && identity.name !== node.name,
    );
    if (stranger !== undefined) {
      const { node, identity } = stranger;
      return this.#wait(
        `${node.peerAddress} should be ${node.name}, but is ${identity?.name}: correct the file`,
      );
    }
    const born = answers.flatMap(({ identity }) =>
      identity?.clusterId === undefined ? [] : [identity],
    );
    if (born.length > 0) return this.#join(born);
    const silent = answers.filter(({ identity }) => identity === undefined);
    if (silent.length > 0 && !this.#parts.bootstrap) {
      return this.#wait(
        `no cluster is formed before every node of the file answers; silent: ${silent.map(({ node }) => `${node.name} (${node.peerAddress})`).join(", ")}`,
      );
    }
    return this.#form(answers, silent.length > 0);
  }

  /** What members say of others may be out of date: somebody else may have that address by now. The file has to be right. */
  #isOfUse({ node, identity }: Answer): boolean {
    if (identity === undefined || this.#parts.nodes.includes(node)) return true;
    return identity.name === node.name && identity.clusterId === this.#cluster;
  }

  #join(born: readonly PeerIdentity[]): Birth | undefined {
    const { self } = this.#parts;
    const clusters = new Set(born.map(({ clusterId }) => clusterId));
    if (clusters.size > 1) {
      const found = born.map(({ name, clusterId }) => `${name}: ${clusterId}`).join(", ");
      return this.#wait(
        `the nodes of the file belong to different clusters (${found}): correct the file`,
      );
    }
    const [first] = born;
    if (first?.clusterId === undefined) return undefined;
    this.#told = this.#strangersIn(born);
    this.#cluster = first.clusterId;
    const { name, storeId } = self;
    const admitting = born.find(
      ({ membership, membershipCommitted }) =>
        membershipCommitted && membership?.profiles.some((profile) => profile.storeId === storeId),
    );
    if (admitting?.membership !== undefined) {
      return { clusterId: first.clusterId, membership: admitting.membership };
    }
    const isKnown = born.some(({ membership }) =>
      membership?.profiles.some((profile) => profile.name === name),
    );
    return this.#wait(
      !isKnown
        ? `cluster ${first.clusterId} has no member ${name}: it must be added there first`
        : `cluster ${first.clusterId} knows ${name} by another store: this one is empty and neither votes nor serves until it is admitted`,
    );
  }

  /** Named by members, and not by the file: neither by name nor by address. */
  #strangersIn(born: readonly PeerIdentity[]): readonly ConfiguredNode[] {
    const { nodes } = this.#parts;
    const strangers = new Map<string, ConfiguredNode>();
    for (const { membership } of born) {
      for (const { name, peerAddress, clientAddress } of membership?.profiles ?? []) {
        const isOurs = nodes.some((node) => node.name === name || node.peerAddress === peerAddress);
        if (!isOurs && name !== "") strangers.set(name, { name, peerAddress, clientAddress });
      }
    }
    return [...strangers.values()];
  }

  /** Everybody who matters is unborn. */
  #form(answers: readonly Answer[], withoutAll: boolean): Birth | undefined {
    const { self, random, logger } = this.#parts;
    // The smallest name founds for all; without all, whoever was told to (nobody else may).
    const unborn = answers.flatMap(({ node, identity }) =>
      identity === undefined ? [] : [{ ...node, storeId: identity.storeId }],
    );
    const founders = [self, ...unborn].sort((a, b) => (a.name < b.name ? -1 : 1));
    const [founder] = founders;
    if (founder !== undefined && founder.name !== self.name && !withoutAll) {
      return this.#wait(`${founder.name} forms the cluster`);
    }
    const clusterId = randomWireId(random) as ClusterId;
    const membership = foundingMembership(clusterId, founders);
    logger.info({ clusterId, members: founders.map(({ name }) => name) }, "cluster formed");
    return { clusterId, membership };
  }

  #wait(reason: string): undefined {
    if (reason === this.#reason) return;
    this.#reason = reason;
    this.#parts.logger.info({ reason }, "unborn: waiting");
    this.#parts.waiting(reason);
  }

  #pause(): Promise<void> {
    return new Promise((resume) => {
      this.#parts.clock.timer(ROUND_MS, resume);
    });
  }
}
