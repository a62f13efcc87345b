import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { checkWritable } from '../../base/files.ts';
import { type MoveRequest, moveCopies } from '../../jobs/duplicates/move.ts';
import { undoMoves } from '../../jobs/duplicates/undo.ts';
import { UNDO_NAME } from '../../jobs/duplicates/undo-file.ts';
import type { ImageRecord, ImageRows, VectorStore } from '../../search/store/types.ts';
import { type KeptRows, ROWS_NAME, readKeptRows, writeKeptRows } from './kept-rows.ts';
import { findKeeper, findMovable, isAsIndexed } from './movable.ts';

/** An image to be moved, and the one that stays in its stead, by their ids. */
export interface WantedMove {
  readonly id: string;
  readonly keeper?: string;
}

/** What was moved at once, and can be taken back at once. */
export interface DoneMove {
  readonly move: string;
  readonly movedAt: string;
  readonly numImages: number;
}

export interface NotMoved {
  readonly id: string;
  readonly record?: ImageRecord;
  readonly reason: string;
}

export interface MoveOutcome {
  /** Undefined where nothing was moved. */
  readonly move: string | undefined;
  readonly moved: readonly ImageRecord[];
  readonly skipped: readonly NotMoved[];
}

export interface UndoOutcome {
  readonly restored: readonly ImageRecord[];
  /** While there are any, the move can be taken back again. */
  readonly failed: readonly NotMoved[];
}

/** Moves files of images of the store away, and brings them back. One thing at a time. */
export interface Mover {
  /** The latest last. */
  list(): Promise<DoneMove[]>;
  /**
   * @throws E_REQUEST where an image is named twice, or is to be moved and kept; what the store throws, and then nothing
   *   was moved; E_PERMISSION, E_DISK_FULL, E_IO, and then what had been moved is brought back
   */
  move(wanted: readonly WantedMove[]): Promise<MoveOutcome>;
  /** @throws E_NOT_FOUND where there is no such move; E_CONFIG where it is of another store; E_DATA; what the store throws */
  undo(move: string): Promise<UndoOutcome>;
}

export interface MoverOptions {
  readonly store: VectorStore;
  /** The only folder that anything is moved to. */
  readonly folder: string;
  readonly log: Logger;
}

const NAME = /^move-(\d{1,9})$/;

/**
 * Each move has a folder of its own in `folder`: `move-1/` with the files, `undo.json` and the rows that left the store.
 * @throws E_PERMISSION, E_DISK_FULL, E_IO where the folder cannot be written to
 */
export async function openMover({ store, folder: given, log }: MoverOptions): Promise<Mover> {
  const folder = resolve(given);
  await checkWritable(folder);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };

  async function move(wanted: readonly WantedMove[]): Promise<MoveOutcome> {
    checkWanted(wanted);
    const { requests, skipped } = await lookUp(wanted);
    if (requests.size === 0) return { move: undefined, moved: [], skipped };
    const own = await makeFolder(folder);
    const rows = await store.get([...requests.keys()]);
    const movedAt = new Date().toISOString();
    // First what is needed to take it back, then the rows, then the files: a kill in between loses nothing.
    try {
      await writeKeptRows(own.path, { ...rows, store: store.name, movedAt });
      await store.delete([...requests.keys()]);
    } catch (error) {
      await forget(own.path);
      throw error;
    }
    try {
      const result = await moveCopies([...requests.values()], own.path);
      const left = new Set(result.moved.map(({ from }) => from));
      const [moved, stayed] = partition(rows, ({ path }) => left.has(path), store.identity.embeddingSize);
      if (stayed.records.length > 0) await store.upsert(stayed);
      if (moved.records.length === 0) await forget(own.path);
      else if (stayed.records.length > 0)
        await writeKeptRows(own.path, { ...moved, store: store.name, movedAt });
      const late = stayed.records.map((record) => ({
        id: record.id,
        record,
        reason: 'it, or the one to be kept, was changed meanwhile',
      }));
      return {
        move: moved.records.length === 0 ? undefined : own.name,
        moved: moved.records,
        skipped: [...skipped, ...late],
      };
    } catch (error) {
      await takeBack(own.path, { ...rows, store: store.name, movedAt }).catch((err) =>
        log.error({ err, move: own.name }, 'a move that failed could not be taken back whole'),
      );
      throw error;
    }
  }

  async function lookUp(wanted: readonly WantedMove[]) {
    const ids = wanted.flatMap(({ id, keeper }) => (keeper === undefined ? [id] : [id, keeper]));
    const records = await store.records([...new Set(ids)]);
    const requests = new Map<string, MoveRequest>();
    const skipped: NotMoved[] = [];
    for (const { id, keeper } of wanted) {
      const record = records.get(id);
      const kept = keeper === undefined ? undefined : records.get(keeper);
      const skip = (reason: string) => skipped.push({ id, record, reason });
      if (record === undefined) skip('the store has no image of this id');
      else if (keeper !== undefined && kept === undefined)
        skip('the store has no image to be kept of this id');
      else {
        const found = await findMovable(record, folder);
        if ('reason' in found) skip(found.reason);
        else if (kept === undefined) requests.set(id, { file: found.file });
        else {
          const stays = await findKeeper(kept, record.path);
          if ('reason' in stays) skip(stays.reason);
          else requests.set(id, { file: found.file, keeper: stays.file });
        }
      }
    }
    return { requests, skipped };
  }

  async function undo(name: string): Promise<UndoOutcome> {
    const path = join(folder, name);
    const rows = NAME.test(name) ? await readKeptRows(path) : undefined;
    if (rows === undefined) {
      throw new SamesameError('E_NOT_FOUND', {
        what: 'there is no such move to take back',
        expected: 'one that GET /v1/moves lists',
        received: name.slice(0, 40),
      });
    }
    const isOther = rows.records.some(({ model }) => model !== store.identity.model);
    if (rows.store !== store.name || isOther) {
      throw new SamesameError('E_CONFIG', {
        what: 'this move was made with another store, or another model',
        help: `start the service with that one; or bring the files back with samesame duplicates --undo, by the ${UNDO_NAME}.json in the folder ${name}, and index them anew`,
      });
    }
    return takeBack(path, rows);
  }

  /** Brings back files and rows, also of a move that was broken off at any point, and of an undo that was. */
  async function takeBack(path: string, rows: KeptRows): Promise<UndoOutcome> {
    const undoFile = join(path, `${UNDO_NAME}.json`);
    const result = (await isThere(undoFile)) ? await undoMoves(undoFile) : undefined;
    const failures = new Set(result?.failed.map((failure) => failure.path));
    if (failures.size > 0)
      log.warn({ failed: result?.failed }, 'files that were moved could not be brought back');
    const size = store.identity.embeddingSize;
    const [failed, back] = partition(rows, (record) => failures.has(record.path), size);
    // What is another file by now is for samesame index to look at.
    const same = new Set<string>();
    for (const record of back.records) {
      const found = await stat(record.path).catch(() => undefined);
      if (found !== undefined && isAsIndexed(found, record)) same.add(record.id);
    }
    const [returning] = partition(back, ({ id }) => same.has(id), size);
    if (returning.records.length > 0) await store.upsert(returning);
    if (failed.records.length === 0) await forget(path);
    else await writeKeptRows(path, { ...failed, store: rows.store, movedAt: rows.movedAt });
    const reasons = failed.records.map(async (record) => ({
      id: record.id,
      record,
      reason: (await isThere(record.path))
        ? 'another file is in its place now'
        : 'it is not where it was moved to, or its folder cannot be written to',
    }));
    return { restored: back.records, failed: await Promise.all(reasons) };
  }

  return {
    list: () => inTurn(() => listMoves(folder, log)),
    move: (wanted) => inTurn(() => move(wanted)),
    undo: (name) => inTurn(() => undo(name)),
  };
}

function checkWanted(wanted: readonly WantedMove[]): void {
  const ids = new Set(wanted.map(({ id }) => id));
  const kept = wanted.find(({ keeper }) => keeper !== undefined && ids.has(keeper));
  if (ids.size === wanted.length && kept === undefined) return;
  throw new SamesameError('E_REQUEST', {
    what: kept === undefined ? 'an image is named twice' : 'an image is to be kept and to be moved',
    expected: 'each image once, and those that are kept not among them',
    received: kept?.keeper?.slice(0, 200),
  });
}

/** Numbers are not used again while there is something of the former. */
async function makeFolder(folder: string): Promise<{ readonly name: string; readonly path: string }> {
  try {
    await mkdir(folder, { recursive: true });
    const numbers = (await readdir(folder)).map((name) => Number(NAME.exec(name)?.[1] ?? 0));
    const name = `move-${Math.max(0, ...numbers) + 1}`;
    await mkdir(join(folder, name));
    return { name, path: join(folder, name) };
  } catch (error) {
    throw errorFromSystem(error, `writing to ${folder}`);
  }
}

async function listMoves(folder: string, log: Logger): Promise<DoneMove[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const numberOf = (name: string) => Number(NAME.exec(name)?.[1]);
  const moves: DoneMove[] = [];
  for (const name of names.filter((each) => NAME.test(each)).sort((a, b) => numberOf(a) - numberOf(b))) {
    const rows = await readKeptRows(join(folder, name)).catch((err) => {
      log.warn({ err, move: name }, 'a move cannot be taken back');
      return undefined;
    });
    if (rows !== undefined) moves.push({ move: name, movedAt: rows.movedAt, numImages: rows.records.length });
  }
  return moves;
}

/** Of a move of which nothing is left. */
async function forget(path: string): Promise<void> {
  await rm(join(path, ROWS_NAME), { force: true });
  await rmdir(path).catch(() => {});
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The rows for which something holds, and the others. */
function partition(
  { records, vectors }: ImageRows,
  isOne: (record: ImageRecord) => boolean,
  size: number,
): readonly [ImageRows, ImageRows] {
  const pick = (wanted: boolean): ImageRows => {
    const places = records.flatMap((record, i) => (isOne(record) === wanted ? [i] : []));
    const chosen = new Float32Array(places.length * size);
    for (const [to, from] of places.entries())
      chosen.set(vectors.subarray(from * size, (from + 1) * size), to * size);
    return { records: places.map((place) => records[place]), vectors: chosen };
  };
  return [pick(true), pick(false)];
}
