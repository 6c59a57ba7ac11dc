export { type FailoverOptions, failoverCommand } from "./failover/failover-command.ts";
export { median, percentile } from "./percentile.ts";
