import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, rm, rmdir } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { moveFile, PART_ENDING } from './move.ts';
import { type Move, readUndo } from './undo-file.ts';

/** What an undo brought back. */
export interface UndoResult {
  readonly restored: readonly Move[];
  /** Files that were where they belong already: never moved, or brought back before. */
  readonly numInPlace: number;
  /** Moves that could not be taken back, and why. While there are any, the undo file stays. */
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Takes moves back, also those of a run that was killed in the middle, and of an undo that was. What is at both places by
 * a kill between copying and removing is one file, and the copy goes. A file that somebody has put in a moved one's place
 * is left alone. Folders that are empty by it are removed, and at last the undo file.
 * @throws E_NOT_FOUND, E_PERMISSION, E_DATA for what is not an undo file
 */
export async function undoMoves(path: string): Promise<UndoResult> {
  const moves = await readUndo(path);
  const restored: Move[] = [];
  const failed: { path: string; reason: string }[] = [];
  let numInPlace = 0;
  const folders = new Set<string>();
  for (const move of moves) {
    const { from, to } = move;
    for (const path of [from, to]) await rm(`${path}${PART_ENDING}`, { force: true }).catch(() => {});
    const [isAtFrom, isAtTo] = [await exists(from), await exists(to)];
    try {
      if (!isAtTo && isAtFrom) numInPlace++;
      else if (!isAtTo) failed.push({ path: from, reason: `it is neither there nor at ${to}` });
      else if (!isAtFrom) {
        await moveFile(to, from);
        restored.push(move);
      } else if (await areEqual(from, to)) {
        await rm(to);
        numInPlace++;
      } else failed.push({ path: from, reason: `another file is there now; the moved one is still ${to}` });
    } catch (error) {
      failed.push({ path: from, reason: error instanceof Error ? error.message : String(error) });
    }
    folders.add(dirname(to));
  }
  const root = resolve(dirname(path));
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) await removeEmpty(folder, root);
  if (failed.length === 0) {
    await rm(path, { force: true });
    await rmdir(root).catch(() => {});
  }
  return { restored, numInPlace, failed };
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function areEqual(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([hash(a), hash(b)]);
  return one === other;
}

async function hash(path: string): Promise<string> {
  const sum = createHash('sha256');
  await pipeline(createReadStream(path), sum);
  return sum.digest('hex');
}

/** Removes a folder below `root` and those above it, as long as they are empty. */
async function removeEmpty(folder: string, root: string): Promise<void> {
  for (let each = folder; each.startsWith(`${root}${sep}`); each = dirname(each)) {
    const isRemoved = await rmdir(each).then(
      () => true,
      () => false,
    );
    if (!isRemoved) return;
  }
}
