export { ENGINE_PROPERTIES, type EngineProperty } from "./engine-properties.ts";
export { FILES_PROPERTIES, type FilesProperty } from "./files-properties.ts";
