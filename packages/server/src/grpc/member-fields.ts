import { isWireId, type MemberId } from "@holdfast/base";
import { parseAddress } from "@holdfast/config";
import { RefusedRequestError } from "@holdfast/protocol";

const SCHEME = /^https?:\/\//i;

/**
 * The peer address that a list of URLs names: members of Holdfast have one.
 *
 * @throws RefusedRequestError as etcd refuses URLs that it cannot use.
 */
export function peerAddressOf(urls: readonly string[]): string {
  const url = urls[0]?.trim();
  if (url === undefined || urls.length > 1 || !SCHEME.test(url)) throw invalidUrls();
  return checkedAddress(url.replace(SCHEME, ""));
}

/** `host:port`, as a file of the cluster would have it. */
export function checkedAddress(address: string): string {
  if (parseAddress(address) === undefined) throw invalidUrls();
  return address;
}

/** A member's id; one that cannot be any member's is refused as not found. */
export function memberIdOf(id: string): MemberId {
  const number = Number(id);
  if (isWireId(number) && String(number) === id) return number as MemberId;
  throw new RefusedRequestError("MEMBER_NOT_FOUND", `there is no member ${id}`);
}

function invalidUrls(): RefusedRequestError {
  return new RefusedRequestError(
    "INVALID_MEMBER_URLS",
    "a member has one peer address, http://HOST:PORT",
  );
}
