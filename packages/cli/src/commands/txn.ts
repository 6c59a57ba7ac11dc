import type { TxnAnswer, TxnBranchAnswer } from "@holdfast/client";
import { EXIT } from "../exit-codes.ts";
import type { GivenGlobals } from "../global-options.ts";
import { entryLines } from "../output/entries.ts";
import { txnJson } from "../output/etcd-json.ts";
import { readAll, type Terminal, write } from "../terminal.ts";
import { parseTxn } from "../txn/parse-txn.ts";
import { withStore } from "../with-store.ts";

const TEXT_BYTES_MAX = 1536 * 1024;
const PROMPT = `Three sections, an empty line after each; Ctrl-D ends it.
  comparisons         mod("key") > "5"   value("key") = "text"   version("key") = "0"
  if all hold         put key value   get key   del key --prefix
  if not              the same
`;

/**
 * Does a transaction that stands on standard input. That its comparisons did not
 * hold is an answer, not a failure.
 */
export async function txn(terminal: Terminal, options: GivenGlobals): Promise<number> {
  if (terminal.input.isTTY === true) await write(terminal.err, PROMPT);
  const text = new TextDecoder().decode(await readAll(terminal.input, TEXT_BYTES_MAX));
  const request = parseTxn(text);

  const answer = await withStore(terminal, options, (store) => store.txn(request));

  const shown =
    options.output === "json" ? `${JSON.stringify(txnJson(answer))}\n` : txnLines(answer);
  await write(terminal.out, shown);
  return EXIT.ok;
}

/** The word that etcdctl prints, then one part for each request of the branch that was taken. */
function txnLines({ succeeded, answers }: TxnAnswer): string {
  return `${succeeded ? "SUCCESS" : "FAILURE"}\n${answers.map(branchLines).join("")}`;
}

function branchLines(answer: TxnBranchAnswer): string {
  switch (answer.kind) {
    case "put":
      return `OK, revision ${answer.revision}\n`;
    case "delete":
      return `deleted ${answer.deleted}\n`;
    case "range":
      return entryLines(answer.entries, { keysOnly: false });
    case "txn":
      return txnLines(answer);
  }
}
