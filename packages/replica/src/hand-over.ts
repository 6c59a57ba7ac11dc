import { type Clock, type Logger, type Millis, messageOf } from "@holdfast/base";
import type { Member } from "./member.ts";

/**
 * Lets another voter lead before this member stops, so that nobody has to notice first that it is
 * gone (decision 20). Resolves within `withinMs`, whatever comes of it, at once where
 * this member does not lead or is alone.
 */
export async function handOver(
  member: Pick<Member, "id" | "status" | "administration">,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  withinMs: Millis,
): Promise<void> {
  const { role, membership } = member.status();
  if (role !== "leader" || membership.voters.every((id) => id === member.id)) return;
  const since = clock.now();
  const question = { kind: "transfer-leadership", to: undefined } as const;
  const handed = member.administration.ask(question, { deadline: since + withinMs }).then(
    (leader) => {
      logger.info({ leader, ms: Math.round(clock.now() - since) }, "leadership handed over");
    },
    // The others elect one when they see that this node is gone.
    (failure: unknown) =>
      logger.warn({ reason: messageOf(failure) }, "leadership was not handed over"),
  );
  await new Promise<void>((resolve) => {
    const cancel = clock.timer(withinMs, resolve);
    void handed.then(() => {
      cancel();
      resolve();
    });
  });
}
