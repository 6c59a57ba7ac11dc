export { type FailoverOptions, failoverCommand } from "./failover/failover-command.ts";
export {
  type CoreThroughput,
  type CoreThroughputOptions,
  coreThroughputText,
  measureCoreThroughput,
} from "./micro/core-throughput.ts";
export { median, percentile } from "./percentile.ts";
