import { type FuzzTarget, mutateBytes } from "@holdfast/base/fuzz";
import { firstFrames, mendedOpening } from "../../src/client-port/first-frames.ts";

const OPENING = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");
const ACK = Buffer.from("000000040100000000", "hex");
const WINDOW = Buffer.from("00000408000000000000000040", "hex");
/** As etcdctl 3.4.23 asks `--endpoints=http://127.0.0.1:36633` for its status. */
const CALL = Buffer.from(
  "0000770104000000018386459760a924882d9dcb6571afa066a925a87510ac6e48d36a3f41909d29aee30c044eae05c0b86e32e38cb35f8b" +
    "1d75d0620d263d4c4d65647a8b9acac8b4c7602bb2caecff40027465864d833505b11f40899acac8b24d494f6a7f867df69f0356ff408d" +
    "25062d495875996ee5b1063d5f03332e340000050001000000010000000000",
  "hex",
);
const PREFACE_BYTES = 24;
const FRAME_HEADER_BYTES = 9;

const EXAMPLES = [
  [OPENING, ACK, CALL],
  [OPENING, CALL, ACK],
  [OPENING, WINDOW, ACK, WINDOW, CALL],
  [OPENING, ACK],
].map((frames) => Uint8Array.from(Buffer.concat(frames)));

/** Whatever a client begins with, what is handed on are its frames without one, in their order. */
const firstFramesTarget: FuzzTarget = {
  name: "first-frames",
  runs: 3_000,
  make: (random) => mutateBytes(random, EXAMPLES),
  check: (input) => {
    const bytes = Buffer.from(input);
    const found = firstFrames(bytes);
    if (found.kind !== "go" || found.ackAt === undefined) return;
    const before = framesOf(bytes).filter(({ at }) => at !== found.ackAt);
    const after = framesOf(mendedOpening(bytes, found.ackAt, found.firstAt));
    const told = (frames: ReturnType<typeof framesOf>): string =>
      frames.map(({ kind }) => kind).join(" ");
    if (told(before) !== told(after)) throw new Error(`${told(before)} became ${told(after)}`);
  },
};

/** Type, flags and stream of each frame; of one that ends too early, or is amid its header, what is there. */
function framesOf(bytes: Buffer): readonly { readonly at: number; readonly kind: string }[] {
  const frames: { readonly at: number; readonly kind: string }[] = [];
  let at = PREFACE_BYTES;
  while (at < bytes.length) {
    frames.push({ at, kind: bytes.subarray(at + 3, at + FRAME_HEADER_BYTES).toString("hex") });
    if (at + FRAME_HEADER_BYTES > bytes.length) break;
    at += FRAME_HEADER_BYTES + bytes.readUIntBE(at, 3);
  }
  return frames;
}

export const CLIENT_PORT_TARGETS: readonly FuzzTarget[] = [firstFramesTarget];
