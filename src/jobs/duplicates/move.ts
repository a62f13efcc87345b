import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import type { ListedFile } from './list-files.ts';
import { encodeUndo, type Move, UNDO_NAME } from './undo-file.ts';

/** A file to move, and the one that is kept in its stead. */
export interface MoveRequest {
  readonly file: ListedFile;
  /** Of one that was not listed, in an index of embeddings, only the path is known. None: nothing is kept. */
  readonly keeper?: Pick<ListedFile, 'path'> & Partial<ListedFile>;
}

/** What was moved. */
export interface MoveResult {
  /** Undefined where nothing was moved. */
  readonly undo: string | undefined;
  readonly moved: readonly Move[];
  /** Files that stayed where they are, and why. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Moves files into a folder, their paths below it as they were below the folder that all of them share. Nothing is
 * deleted, and nothing written over. First the whole plan is written, flushed, to `undo-….json` in the folder; only then is the first
 * file moved, so that after a kill at any moment `undoMoves` brings everything back.
 *
 * A file stays where it is when it, or the one kept in its stead, is no longer what was looked at, and when it is a symbolic
 * link.
 * @throws E_CONFIG where the folder lies among the images, E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function moveCopies(
  requests: readonly MoveRequest[],
  folder: string,
  signal?: AbortSignal,
): Promise<MoveResult> {
  const skipped: { path: string; reason: string }[] = [];
  const chosen: ListedFile[] = [];
  for (const { file, keeper } of requests) {
    const reason = file.isSymlink
      ? 'it is a symbolic link'
      : ((await changeOf(file)) ?? (keeper && keeperProblem(await changeOf(keeper), keeper.path)));
    if (reason === undefined) chosen.push(file);
    else skipped.push({ path: file.path, reason });
  }
  if (chosen.length === 0) return { undo: undefined, moved: [], skipped };
  const moves = await planMoves(
    chosen.map(({ path }) => path),
    folder,
  );
  const undo = await nextUndoPath(folder);
  await writeFileAtomic(undo, encodeUndo(moves));
  const moved: Move[] = [];
  for (const move of moves) {
    signal?.throwIfAborted();
    try {
      await moveFile(move.from, move.to);
      moved.push(move);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        skipped.push({ path: move.from, reason: 'it is gone' });
        continue;
      }
      throw withUndo(errorFromSystem(error, `moving ${move.from} to ${move.to}`), undo);
    }
  }
  return { undo, moved, skipped };
}

/** @throws E_CONFIG where copies would be moved to where images are looked for, and so be found again as copies */
export function checkMoveFolder(folder: string, inputs: readonly string[]): void {
  const target = resolve(folder);
  const around = inputs.find((input) => `${target}${sep}`.startsWith(`${resolve(input)}${sep}`));
  if (around === undefined) return;
  throw new SamesameError('E_CONFIG', {
    what: `copies cannot be moved to ${folder}`,
    expected: 'a folder outside of those that are searched',
    received: `one inside of ${around}: the next search would find them again`,
    help: 'choose another folder for --move-to',
  });
}

/** Why a file is not what it was when it was listed; undefined where it is. */
async function changeOf({
  path,
  sizeBytes,
  modifiedMs,
}: NonNullable<MoveRequest['keeper']>): Promise<string | undefined> {
  const now = await stat(path).catch(() => undefined);
  if (now === undefined) return 'it is gone';
  const isSame = now.size === (sizeBytes ?? now.size) && now.mtimeMs === (modifiedMs ?? now.mtimeMs);
  return isSame ? undefined : 'it was changed meanwhile';
}

function keeperProblem(problem: string | undefined, path: string): string | undefined {
  return problem && `${path}, which was to be kept in its stead: ${problem}`;
}

/** Where each file goes: no two to one place, and none to where something is. */
async function planMoves(paths: readonly string[], folder: string): Promise<Move[]> {
  const full = paths.map((path) => resolve(path));
  const shared = sharedFolder(full.map((path) => dirname(path)));
  const taken = new Set<string>();
  const moves: Move[] = [];
  for (const from of full) {
    const wanted = resolve(folder, relative(shared, from));
    const to = await freeName(wanted, taken);
    taken.add(to);
    moves.push({ from, to });
  }
  return moves;
}

async function freeName(wanted: string, taken: ReadonlySet<string>): Promise<string> {
  const dot = basename(wanted).lastIndexOf('.');
  const cut = wanted.length - basename(wanted).length + (dot > 0 ? dot : basename(wanted).length);
  for (let number = 1; ; number++) {
    const path = number === 1 ? wanted : `${wanted.slice(0, cut)} (${number})${wanted.slice(cut)}`;
    if (!taken.has(path) && (await lstat(path).catch(() => undefined)) === undefined) return path;
  }
}

function sharedFolder(folders: readonly string[]): string {
  let shared = folders[0];
  for (const folder of folders) {
    while (folder !== shared && !folder.startsWith(shared.endsWith(sep) ? shared : `${shared}${sep}`)) {
      const parent = dirname(shared);
      if (parent === shared) return shared;
      shared = parent;
    }
  }
  return shared;
}

async function nextUndoPath(folder: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? `${UNDO_NAME}.json` : `${UNDO_NAME}-${number}.json`);
    if ((await lstat(path).catch(() => undefined)) === undefined) return path;
  }
}

/**
 * Moves one file, to another disk too: there the copy is whole and flushed under its own name before the original goes.
 * @throws system errors
 */
export async function moveFile(from: string, to: string): Promise<void> {
  await lstat(from);
  await mkdir(dirname(to), { recursive: true });
  if ((await lstat(to).catch(() => undefined)) !== undefined)
    throw Object.assign(new Error(`there is something at ${to}`), { code: 'EEXIST' });
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyThenRemove(from, to);
  }
}

/** Of a copy that is not whole yet. No file of a user's ends so. */
export const PART_ENDING = '.samesame-part';

/** @throws system errors */
export async function copyThenRemove(from: string, to: string): Promise<void> {
  const part = `${to}${PART_ENDING}`;
  try {
    await copyFile(from, part, constants.COPYFILE_FICLONE);
    const { atime, mtime } = await stat(from);
    const file = await open(part, 'r+');
    try {
      await file.utimes(atime, mtime);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, to);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await rm(from);
}

function withUndo(error: SamesameError, undo: string): SamesameError {
  return new SamesameError(error.code, {
    what: error.message,
    help: `what was moved is brought back by samesame duplicates --undo ${undo}`,
    details: error.details,
    cause: error,
  });
}
