import { EngineError } from '../../engine/protocol.ts';
import { TEXT } from '../../text.ts';

/** Folder that files are moved to, within the one that they came from. */
export const ASIDE_FOLDER = 'set-aside';

interface Move {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/**
 * Moves files into `set-aside/` of a folder: each is copied whole before the original goes. All are looked up first, so
 * that a wrong folder moves nothing.
 * @param paths as they were dropped, beginning with the folder's own name: `photos/mugs/a.jpg`
 * @returns brings all of them back
 * @throws EngineError where one of them is not in the folder
 */
export async function moveFiles(
  root: FileSystemDirectoryHandle,
  paths: readonly string[],
): Promise<() => Promise<void>> {
  const moves = paths.map((path): Move => {
    const parts = path.split('/');
    const from = parts.length > 1 ? parts.slice(1) : parts;
    return { from, to: [ASIDE_FOLDER, ...from] };
  });
  for (const { from } of moves) await fileAt(root, from);
  const done: Move[] = [];
  for (const move of moves) {
    await moveFile(root, move);
    done.push(move);
  }
  return async () => {
    for (const { from, to } of done.toReversed()) await moveFile(root, { from: to, to: from });
  };
}

async function moveFile(root: FileSystemDirectoryHandle, { from, to }: Move): Promise<void> {
  const file = await (await fileAt(root, from)).getFile();
  const target = await folderOf(root, to, true);
  const writable = await (await target.getFileHandle(to.at(-1)!, { create: true })).createWritable();
  await writable.write(file);
  await writable.close();
  await (await folderOf(root, from, false)).removeEntry(from.at(-1)!);
}

async function fileAt(
  root: FileSystemDirectoryHandle,
  path: readonly string[],
): Promise<FileSystemFileHandle> {
  try {
    return await (await folderOf(root, path, false)).getFileHandle(path.at(-1)!);
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
    throw new EngineError({
      code: 'E_NOT_FOUND',
      what: TEXT.duplicates.notInFolder(path.join('/'), root.name),
      help: TEXT.duplicates.sameFolder,
    });
  }
}

async function folderOf(
  root: FileSystemDirectoryHandle,
  path: readonly string[],
  create: boolean,
): Promise<FileSystemDirectoryHandle> {
  let folder = root;
  for (const name of path.slice(0, -1)) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}
