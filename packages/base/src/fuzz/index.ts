export { editValue } from "./edit-value.ts";
export { type BytesTarget, bytesTarget, type FuzzTarget, worldTarget } from "./fuzz-target.ts";
export { mutateBytes } from "./mutate-bytes.ts";
export { pick } from "./pick.ts";
export { FuzzFailure, type FuzzRun, runFuzz } from "./run-fuzz.ts";
export { ValueShape } from "./value-shape.ts";
