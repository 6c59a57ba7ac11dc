export { loadDefinition, loadProtocol } from "./load-protocol.ts";
