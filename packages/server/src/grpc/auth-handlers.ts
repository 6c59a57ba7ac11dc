import { status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Logger } from "@holdfast/base";
import { type AuthHandlers, encodeHeader, type WireStatus } from "@holdfast/protocol";
import type { Headers } from "@holdfast/service";
import type { CallLedger } from "../requests/call-ledger.ts";
import { unaryCall } from "./unary-call.ts";

export interface AuthParts {
  readonly headers: Headers;
  readonly ledger: CallLedger;
  readonly logger: Logger;
}

const NOT_ENABLED = precondition("authentication is not enabled");
const NO_ROOT_USER = precondition("root user does not exist");
const NO_SUCH_USER = precondition("user name not found");
const NO_SUCH_ROLE = precondition("role name not found");
/** As etcd counts: nobody has changed a user or a role yet. */
const FIRST_AUTH_REVISION = 1;

/**
 * etcdserverpb.Auth of a store that has neither users nor roles and whose authentication is off: all
 * answers are those that etcd gives then, but none can be made yet, and whoever tries is told so.
 */
export function authHandlers(parts: AuthParts): AuthHandlers & UntypedServiceImplementation {
  const { headers, ledger, logger } = parts;
  const header = () => encodeHeader(headers.at(headers.status().revision));
  const answering = <Request, Response extends object>(
    name: keyof AuthHandlers & string,
    refusal: (request: Request) => WireStatus | undefined,
    rest?: Response,
  ) =>
    unaryCall({
      calls: ledger.method({ service: "etcdserverpb.Auth", method: name, type: "unary" }),
      logger,
      serve: (request: Request) => request,
      refusal: (request) => refusal(request as Request),
      encode: () => ({ header: header(), ...rest }) as Response,
    });
  const always = (refused: WireStatus) => () => refused;
  return {
    Authenticate: answering("Authenticate", always(NOT_ENABLED)),
    AuthEnable: answering("AuthEnable", always(NO_ROOT_USER)),
    AuthDisable: answering("AuthDisable", nothing),
    AuthStatus: answering("AuthStatus", nothing, {
      enabled: false,
      authRevision: FIRST_AUTH_REVISION,
    }),
    UserAdd: answering("UserAdd", ({ name }) => made("user", name)),
    UserGet: answering("UserGet", always(NO_SUCH_USER)),
    UserList: answering("UserList", nothing),
    UserDelete: answering("UserDelete", always(NO_SUCH_USER)),
    UserChangePassword: answering("UserChangePassword", always(NO_SUCH_USER)),
    UserGrantRole: answering("UserGrantRole", always(NO_SUCH_USER)),
    UserRevokeRole: answering("UserRevokeRole", always(NO_SUCH_USER)),
    RoleAdd: answering("RoleAdd", ({ name }) => made("role", name)),
    RoleGet: answering("RoleGet", always(NO_SUCH_ROLE)),
    RoleList: answering("RoleList", nothing),
    RoleDelete: answering("RoleDelete", always(NO_SUCH_ROLE)),
    RoleGrantPermission: answering("RoleGrantPermission", always(NO_SUCH_ROLE)),
    RoleRevokePermission: answering("RoleRevokePermission", always(NO_SUCH_ROLE)),
  };
}

function nothing(): undefined {
  return undefined;
}

function made(what: "user" | "role", name: string): WireStatus {
  if (name === "") {
    return { code: status.INVALID_ARGUMENT, details: `etcdserver: ${what} name is empty` };
  }
  return {
    code: status.UNIMPLEMENTED,
    details: `holdfast: a ${what} cannot be added: this version has no authentication, and serves whoever reaches its port`,
  };
}

function precondition(text: string): WireStatus {
  return { code: status.FAILED_PRECONDITION, details: `etcdserver: ${text}` };
}
