import { invalidArgument } from "./request-error.ts";

/** The addresses to try, and whose turn it is. What the user gave stays; what nodes tell is added. */
export class AddressBook {
  readonly #given: readonly string[];
  readonly #most: number;
  #addresses: readonly string[];
  #at: number;

  /** `start` chooses where to begin: a whole number from 0 on. */
  constructor(
    given: readonly string[],
    { most, start }: { readonly most: number; readonly start: number },
  ) {
    this.#given = given;
    this.#most = most;
    this.#addresses = given;
    this.#at = start % given.length;
  }

  get size(): number {
    return this.#addresses.length;
  }

  get all(): readonly string[] {
    return this.#addresses;
  }

  get current(): string {
    return this.#addresses[this.#at] ?? this.#given[0] ?? "";
  }

  advance(): void {
    this.#at = (this.#at + 1) % this.#addresses.length;
  }

  /**
   * Takes over the members' addresses, where there are any: a node that belongs to no cluster yet knows none. The
   * current one stays current; if it is gone, the first is next.
   */
  learn(endpoints: readonly string[]): void {
    if (endpoints.length === 0) return;
    const { current } = this;
    const known = new Set([...this.#given, ...endpoints.filter(isAddress)]);
    this.#addresses = [...known].slice(0, Math.max(this.#most, this.#given.length));
    const at = this.#addresses.indexOf(current);
    this.#at = at < 0 ? this.#addresses.length - 1 : at;
  }

  /** Takes over what another book has come to know, instead of all of its own; the current one stays current if it is there. */
  follow(addresses: readonly string[]): void {
    const at = addresses.indexOf(this.current);
    this.#addresses = addresses;
    this.#at = at < 0 ? this.#at % addresses.length : at;
  }
}

/**
 * Reads what a user gives: one address, several with commas between, or a list.
 *
 * @throws RequestError `INVALID_ARGUMENT` with the address that is none.
 */
export function parseAddresses(given: string | readonly string[], most: number): readonly string[] {
  const parts = (typeof given === "string" ? [given] : given).flatMap((text) => text.split(","));
  const addresses = parts.map((part) =>
    part
      .trim()
      .replace(/^http:\/\//, "")
      .replace(/\/$/, ""),
  );
  const distinct = [...new Set(addresses.filter((address) => address !== ""))];
  if (distinct.length === 0)
    throw invalidArgument("no address given; expected host:port, such as 127.0.0.1:2379");
  if (distinct.length > most) {
    throw invalidArgument(`${distinct.length} addresses given; at most ${most} are tried`);
  }
  for (const address of distinct) {
    if (!isAddress(address)) {
      throw invalidArgument(
        `address ${JSON.stringify(address)} is not host:port, such as 127.0.0.1:2379`,
      );
    }
  }
  return distinct;
}

function isAddress(text: string): boolean {
  const match = /^(?:\[[0-9a-fA-F:.%]+\]|[^\s:/[\]]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[1] ?? 0);
  return port > 0 && port < 65_536;
}
