import picocolors from "picocolors";
import { UsageError } from "./usage-error.ts";

type Colours = ReturnType<typeof picocolors.createColors>;

/** Where a command reads and writes; the only way to the outside for anything but `serve`. */
export interface Terminal {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
  /** Whether a person reads `out`. */
  readonly isInteractive: boolean;
  readonly colours: Colours;
}

/** This process's terminal. `NO_COLOR`, or an output that is no terminal, means no colours. */
export function processTerminal(): Terminal {
  const isInteractive = process.stdout.isTTY === true;
  const noColour = process.env["NO_COLOR"] !== undefined && process.env["NO_COLOR"] !== "";
  return {
    out: process.stdout,
    err: process.stderr,
    input: process.stdin,
    env: process.env,
    isInteractive,
    colours: picocolors.createColors(isInteractive && !noColour),
  };
}

/** Writes to `stream` and resolves once it has been handed on, so that a pipe is never cut short. */
export function write(stream: NodeJS.WritableStream, content: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    // A reader that went away, such as `head`, has had enough; that is no failure of ours.
    stream.write(content, () => resolve());
  });
}

/** All that `input` holds, in bytes. */
export async function readAll(input: NodeJS.ReadableStream, bytesMax: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of input) {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    size += bytes.length;
    if (size > bytesMax) throw new UsageError(`more than ${bytesMax} bytes on standard input`);
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}
