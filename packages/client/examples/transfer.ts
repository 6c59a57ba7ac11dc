import { connect, type Holdfast, RequestError } from "@holdfast/client";

export interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

/** Moves money between two accounts: both change or neither. False if `from` has too little. */
export async function transfer(store: Holdfast, { from, to, amount }: Transfer): Promise<boolean> {
  for (;;) {
    const [source, target] = await Promise.all([store.get(from), store.get(to)]);
    const left = (source?.json<number>() ?? 0) - amount;
    if (left < 0) return false;
    const { succeeded } = await store.txn({
      compare: [
        { key: from, modRevision: source?.modRevision ?? 0 },
        { key: to, modRevision: target?.modRevision ?? 0 },
      ],
      then: [
        { kind: "put", key: from, value: JSON.stringify(left) },
        { kind: "put", key: to, value: JSON.stringify((target?.json<number>() ?? 0) + amount) },
      ],
    });
    if (succeeded) return true;
  }
}

export async function main(addresses: readonly string[]): Promise<void> {
  await using bank = await connect(addresses);
  await bank.put("accounts/ann", "100");
  try {
    const isDone = await transfer(bank, { from: "accounts/ann", to: "accounts/ben", amount: 30 });
    process.stdout.write(isDone ? "moved 30\n" : "ann has too little\n");
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    // "unknown" is the one case that needs a look: read both accounts before trying again.
    process.stdout.write(`${error.code}: the transfer is ${error.outcome}\n`);
  }
}
