export { type FailoverOptions, failoverCommand } from "./failover/failover-command.ts";
export {
  type CoreThroughput,
  type CoreThroughputOptions,
  coreThroughputText,
  measureCoreThroughput,
} from "./micro/core-throughput.ts";
export {
  type InlineValues,
  type InlineValuesOptions,
  type InlineVariant,
  type MeasuredVariant,
  measureInlineValues,
  VALUE_FIGURES,
  type ValueFigures,
} from "./micro/inline-values.ts";
export { inlineValuesText } from "./micro/inline-values-text.ts";
export { median, percentile } from "./percentile.ts";
