export type { JsonMessage } from "./json-messages.ts";
export { type JsonMethod, jsonMethods } from "./json-methods.ts";
export { JSON_FIELD_BYTES_MAX, JsonTooLargeError, jsonText } from "./json-text.ts";
