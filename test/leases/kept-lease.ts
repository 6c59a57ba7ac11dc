import { type Etcd3, EtcdLeaseInvalidError, type Lease } from "etcd3";

const RENEW_EVERY_MS = 300;

/**
 * A lease that is renewed all the time, whatever fails meanwhile, and whose key is watched. It is
 * judged by what the cluster says, never by a clock of the client.
 */
export class KeptLease {
  readonly key: string;
  readonly #client: Etcd3;
  readonly #lease: Lease;
  readonly #timer: NodeJS.Timeout;
  /** When it was told to be gone. */
  lostAt: number | undefined;
  /** Renewals that were acknowledged. */
  renewals = 0;
  #renewing = false;

  static async grant(client: Etcd3, key: string, ttlSeconds: number): Promise<KeptLease> {
    const lease = client.lease(ttlSeconds, { autoKeepAlive: false });
    lease.on("lost", () => undefined);
    await lease.put(key).value("held");
    return new KeptLease(client, key, lease);
  }

  private constructor(client: Etcd3, key: string, lease: Lease) {
    this.#client = client;
    this.key = key;
    this.#lease = lease;
    this.#timer = setInterval(() => void this.#renew(), RENEW_EVERY_MS);
  }

  /** Whether its key is there, as one linearizable read says; asked again while there is no answer. */
  async isHeld(): Promise<boolean> {
    for (;;) {
      const found = await this.#client.get(this.key).then(
        (value) => value !== null,
        () => undefined,
      );
      if (found !== undefined) return found;
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    try {
      await this.#lease.keepaliveOnce({ deadline: Date.now() + 2_000 });
      this.renewals++;
    } catch (failure) {
      if (failure instanceof EtcdLeaseInvalidError) this.lostAt ??= performance.now();
    } finally {
      this.#renewing = false;
    }
  }
}
