import { assert } from "@holdfast/base";
import type { Files, OpenOptions, StoreFile } from "../files.ts";
import { CrashDirectory } from "./crash-directory.ts";
import type { DiskAccess } from "./disk-access.ts";
import { TornContent } from "./torn-content.ts";

/** The files of a disk as one process sees and changes them. */
export function crashFiles(disk: DiskAccess): Files {
  const remove = (path: string): Promise<void> =>
    disk.change(() => {
      const { directory, name } = placeOf(disk, path);
      if (directory.get(name) !== undefined) directory.change([[name, undefined]]);
      return undefined;
    });
  return {
    durability: "simulated",
    list: async (path) => {
      disk.check();
      const directory = disk.root.at(path);
      return directory instanceof CrashDirectory ? directory.names() : [];
    },
    makeDirectory: (path) =>
      disk.change(() => {
        disk.root.make(path);
        return undefined;
      }),
    open: (path, options) => open(disk, path, options),
    rename: (from, to) =>
      disk.change(() => {
        const [source, target] = [placeOf(disk, from), placeOf(disk, to)];
        assert(source.directory === target.directory, "files stay in their directory");
        const node = source.directory.get(source.name);
        if (node === undefined) throw missing(from);
        source.directory.change([
          [source.name, undefined],
          [target.name, node],
        ]);
        return undefined;
      }),
    unlink: remove,
    removeDirectory: remove,
    syncDirectory: (path) =>
      disk.change(() => {
        const directory = directoryAt(disk, path);
        const { changes } = directory;
        return disk.lies.has("directories") ? undefined : () => directory.settle(changes);
      }),
    freeBytes: async () => undefined,
  };
}

async function open(disk: DiskAccess, path: string, options: OpenOptions): Promise<StoreFile> {
  const { directory, name } = placeOf(disk, path);
  if (options.create && directory.get(name) === undefined) {
    await disk.change(() => {
      directory.change([[name, new TornContent()]]);
      return undefined;
    });
  }
  disk.check();
  const content = directory.get(name);
  if (!(content instanceof TornContent)) throw missing(path);
  return openFile(disk, { path, content, isDurable: options.durableWrites });
}

function openFile(
  disk: DiskAccess,
  file: { readonly path: string; readonly content: TornContent; readonly isDurable: boolean },
): StoreFile {
  const { path, content } = file;
  let isOpen = true;
  const use = (): TornContent => {
    disk.check();
    if (!isOpen) throw new Error("the file is closed");
    return content;
  };
  const change = (begin: () => (() => void) | undefined): Promise<void> => {
    use();
    return disk.change(begin);
  };
  return {
    name: path,
    size: async () => use().size,
    readAt: async (offset, length) => use().read(offset, length),
    writeAt: async (offset, bytes) =>
      change(() => {
        const number = content.write(offset, bytes);
        if (!file.isDurable || disk.lies.has("writes")) return undefined;
        return () => content.settle(number, offset, offset + bytes.length);
      }),
    truncate: async (size) =>
      change(() => {
        content.resize(size);
        return undefined;
      }),
    sync: async () =>
      change(() => {
        const { changes } = content;
        return disk.lies.has("files") ? undefined : () => content.settle(changes);
      }),
    close: async () => {
      isOpen = false;
    },
  };
}

function placeOf(disk: DiskAccess, path: string) {
  const at = path.lastIndexOf("/");
  const directory = directoryAt(disk, path.slice(0, Math.max(0, at)));
  return { directory, name: path.slice(at + 1) };
}

function directoryAt(disk: DiskAccess, path: string): CrashDirectory {
  const directory = disk.root.at(path);
  if (!(directory instanceof CrashDirectory)) throw missing(path);
  return directory;
}

function missing(path: string): Error {
  return new Error(`${path} does not exist`);
}
