import type { HealthFinding, HealthService } from "@holdfast/service";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

interface Check {
  readonly name: string;
  find(): HealthFinding | Promise<HealthFinding>;
}

/** What `/health`, `/livez` and `/readyz` answer, as etcd does (etcd-v3.md §8). */
export function healthRoutes(app: FastifyInstance, health: HealthService): void {
  const serializableRead: Check = {
    name: "serializable_read",
    find: () => health.reads({ linearizable: false }),
  };
  app.get("/health", (request, reply) => answerHealth(health, request, reply));
  checkRoutes(app, "/livez", [serializableRead]);
  checkRoutes(app, "/readyz", [
    { name: "data_corruption", find: () => health.runs() ?? health.hasNoAlarm(["NOSPACE"]) },
    serializableRead,
    { name: "linearizable_read", find: () => health.reads({ linearizable: true }) },
    { name: "non_learner", find: () => health.isVoter() },
  ]);
}

async function answerHealth(
  health: HealthService,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const serializable = parameters(request, "serializable").includes("true");
  const excluded = parameters(request, "exclude");
  const finding =
    health.runs() ??
    health.hasNoAlarm(excluded) ??
    (serializable ? undefined : health.hasLeader()) ??
    (await health.reads({ linearizable: !serializable }));
  const healthy = finding === undefined;
  return reply
    .code(healthy ? 200 : 503)
    .send({ health: healthy ? "true" : "false", reason: finding ?? "" });
}

function checkRoutes(app: FastifyInstance, path: string, checks: readonly Check[]): void {
  app.get(path, async (request, reply) => {
    const excluded = parameters(request, "exclude");
    return answerChecks(request, reply, checks, excluded);
  });
  for (const check of checks) {
    app.get(`${path}/${check.name}`, (request, reply) => answerChecks(request, reply, [check]));
  }
}

async function answerChecks(
  request: FastifyRequest,
  reply: FastifyReply,
  checks: readonly Check[],
  excluded: readonly string[] = [],
): Promise<FastifyReply> {
  const findings = await Promise.all(
    checks.map((check) => (excluded.includes(check.name) ? undefined : check.find())),
  );
  const healthy = findings.every((finding) => finding === undefined);
  const lines = checks.map(({ name }, at) => {
    const finding = findings[at];
    if (excluded.includes(name)) return `[+]${name} excluded: ok`;
    return finding === undefined ? `[+]${name} ok` : `[-]${name} failed: ${finding}`;
  });
  const verbose = "verbose" in (request.query as object);
  const text = healthy ? "ok\n" : "not ok\n";
  return reply
    .code(healthy ? 200 : 503)
    .type("text/plain; charset=utf-8")
    .send(healthy && !verbose ? text : `${lines.join("\n")}\n${text}`);
}

/** All values of a parameter of the query, which may be given more than once. */
function parameters(request: FastifyRequest, name: string): readonly string[] {
  const value = (request.query as Readonly<Record<string, string | string[]>>)[name];
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}
