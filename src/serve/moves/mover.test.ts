import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SamesameError } from '../../base/errors.ts';
import { undoMoves } from '../../jobs/duplicates/undo.ts';
import type { ImageRecord, ImageRows, VectorStore } from '../../search/store/types.ts';
import { sourceOf } from './movable.ts';
import { type Mover, openMover } from './mover.ts';

let root = '';
let rows: Map<string, { readonly record: ImageRecord; readonly vector: readonly number[] }>;
let broken: Partial<Record<'delete' | 'upsert', boolean>>;
let mover: Mover;
const out = () => join(root, 'aside');

/** As much of a store as moving asks for, in memory. */
function fakeStore(name = 'store'): VectorStore {
  const busy = () => new SamesameError('E_STORE', { what: 'somebody else is writing' });
  const found = (ids: readonly string[]) => ids.flatMap((id) => rows.get(id) ?? []);
  const store: Partial<VectorStore> = {
    name,
    identity: { model: 'm', distance: 'euclidean', embeddingSize: 2 },
    records: async (ids) => new Map(found(ids).map(({ record }) => [record.id, record])),
    get: async (ids) => ({
      records: found(ids).map(({ record }) => record),
      vectors: Float32Array.from(found(ids).flatMap(({ vector }) => vector)),
    }),
    async delete(ids) {
      if (broken.delete) throw busy();
      return ids.filter((id) => rows.delete(id)).length;
    },
    async upsert({ records, vectors }: ImageRows) {
      if (broken.upsert) throw busy();
      for (const [i, record] of records.entries())
        rows.set(record.id, { record, vector: [...vectors.subarray(2 * i, 2 * i + 2)] });
    },
  };
  return store as VectorStore;
}

function addRow(id: string, path: string, change: Partial<ImageRecord> = {}): void {
  const found = existsSync(path) ? statSync(path) : undefined;
  const record: ImageRecord = {
    id,
    path,
    contentHash: `hash of ${id}`,
    model: 'm',
    sizeBytes: found?.size ?? 1,
    modifiedMs: Math.trunc(found?.mtimeMs ?? 0),
    label: `label of ${id}`,
    metadata: { nested: { list: [1, null, 'a'] } },
    ...change,
  };
  rows.set(id, { record, vector: [rows.size + 0.1, -3] });
}

function addFile(id: string, name = `${id}.png`): string {
  const path = join(root, 'photos', name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `content of ${id}`);
  addRow(id, path);
  return path;
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'samesame-mover-'));
  rows = new Map();
  broken = {};
  mover = await openMover({ store: fakeStore(), folder: out(), log: pino({ enabled: false }) });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('moves files and rows away and brings both back as they were, also after another start', async () => {
  addFile('keep');
  const [a, b] = [addFile('a'), addFile('b', 'sub/b.png')];
  const before = new Map(rows);
  const outcome = await mover.move(['a', 'b'].map((id) => ({ id, keeper: 'keep' })));
  expect(outcome).toMatchObject({ move: 'move-1', skipped: [] });
  expect(outcome.moved.map(({ id }) => id)).toEqual(['a', 'b']);
  expect([...rows.keys()]).toEqual(['keep']);
  expect([existsSync(a), existsSync(b)]).toEqual([false, false]);
  expect(readFileSync(join(out(), 'move-1/sub/b.png'), 'utf8')).toBe('content of b');
  expect(await mover.list()).toMatchObject([{ move: 'move-1', numImages: 2 }]);

  const again = await openMover({ store: fakeStore(), folder: out(), log: pino({ enabled: false }) });
  const { restored, failed } = await again.undo('move-1');
  expect([restored.length, failed.length]).toEqual([2, 0]);
  expect(new Map([...rows].sort())).toEqual(
    new Map(
      [...before]
        .sort()
        .map(([id, row]) => [id, { ...row, vector: [...Float32Array.from(row.vector)] }] as const)
        .map(([id, row]) => (id === 'keep' ? [id, before.get(id)!] : [id, row])),
    ),
  );
  expect(readFileSync(a, 'utf8')).toBe('content of a');
  expect([await again.list(), readdirSync(out())]).toEqual([[], []]);
  await expect(again.undo('move-1')).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
});

it('leaves what it must not move, and says why', async () => {
  const keep = addFile('keep');
  const changed = addFile('changed');
  writeFileSync(changed, 'other content');
  const gone = addFile('gone');
  rmSync(gone);
  symlinkSync(keep, join(root, 'photos/link.png'));
  addRow('link', join(root, 'photos/link.png'));
  mkdirSync(join(root, 'linked'));
  symlinkSync(join(root, 'photos'), join(root, 'linked/photos'));
  addRow('same', join(root, 'linked/photos/keep.png'));
  addRow('upload', 'upload:abc/photo.png');
  addRow('object', 's3://bucket/a.png');
  writeFileSync(join(root, 'all.npz'), 'zip');
  addRow('archived', `${join(root, 'all.npz')}#3`);
  writeFileSync(join(root, 'secret.png'), 'secret');
  addRow('tricky', `${root}/photos/../secret.png`);
  mkdirSync(join(root, 'photos/within'));
  addRow('folder', join(root, 'photos/within'));
  mkdirSync(join(out(), 'move-7'), { recursive: true });
  writeFileSync(join(out(), 'move-7/aside.png'), 'x');
  addRow('aside', join(out(), 'move-7/aside.png'));
  writeFileSync(join(root, 'beside.png'), 'x');
  addRow('beside', join(root, 'beside.png'));
  const expected: Record<string, RegExp> = {
    changed: /was changed since/,
    gone: /is gone/,
    link: /symbolic link/,
    same: /very file/,
    upload: /was sent to the service/,
    object: /another storage/,
    archived: /in an archive/,
    tricky: /none that samesame index writes/,
    folder: /no file/,
    aside: /where images are moved to/,
    beside: /would be indexed again/,
    unknown: /no image of this id/,
    '../../etc/passwd': /no image of this id/,
  };
  const { move, skipped } = await mover.move(Object.keys(expected).map((id) => ({ id, keeper: 'keep' })));
  expect(move).toBeUndefined();
  expect(skipped.map(({ id }) => id)).toEqual(Object.keys(expected));
  for (const { id, reason } of skipped) expect(reason).toMatch(expected[id]);
  expect(JSON.stringify(skipped.map(({ reason }) => reason))).not.toContain(root);
  expect([rows.has('changed'), existsSync(join(root, 'secret.png'))]).toEqual([true, true]);
  expect(readdirSync(out())).toEqual(['move-7']);
});

it('moves nothing away from a keeper that is not there as it was', async () => {
  addFile('a');
  rmSync(addFile('gone'));
  writeFileSync(addFile('changed'), 'something else');
  addRow('upload', 'upload:abc/photo.png');
  addRow('archived', `${join(root, 'nothing.npz')}#3`);
  for (const [keeper, reason] of [
    ['gone', /kept is gone/],
    ['changed', /kept was changed/],
    ['upload', /keeps no file/],
    ['archived', /archive of the one to be kept is gone/],
    ['unknown', /no image to be kept/],
  ] as const) {
    const { skipped } = await mover.move([{ id: 'a', keeper }]);
    expect([keeper, skipped[0].reason]).toEqual([keeper, expect.stringMatching(reason)]);
  }
  // One of an archive that is there, a hard link, and none at all.
  writeFileSync(join(root, 'nothing.npz'), 'zip');
  expect((await mover.move([{ id: 'a', keeper: 'archived' }])).moved).toHaveLength(1);
  const b = addFile('b');
  linkSync(b, join(root, 'photos/hard.png'));
  addRow('hard', join(root, 'photos/hard.png'));
  expect((await mover.move([{ id: 'hard', keeper: 'b' }])).moved).toHaveLength(1);
  expect((await mover.move([{ id: 'b' }])).moved).toHaveLength(1);
  expect((await mover.list()).map(({ move }) => move)).toEqual(['move-1', 'move-2', 'move-3']);
});

it('refuses one image twice, and one that is kept and moved', async () => {
  addFile('a');
  addFile('b');
  await expect(mover.move([{ id: 'a' }, { id: 'a' }])).rejects.toMatchObject({ code: 'E_REQUEST' });
  const circle = [
    { id: 'a', keeper: 'b' },
    { id: 'b', keeper: 'a' },
  ];
  await expect(mover.move(circle)).rejects.toMatchObject({ code: 'E_REQUEST' });
});

describe('where something goes wrong', () => {
  it('moves nothing while the store cannot be written to', async () => {
    const a = addFile('a');
    broken.delete = true;
    await expect(mover.move([{ id: 'a' }])).rejects.toMatchObject({ code: 'E_STORE' });
    expect([existsSync(a), await mover.list(), readdirSync(out())]).toEqual([true, [], []]);
  });

  it('takes a move back later where the store fails just then, or the files came back by themselves', async () => {
    const a = addFile('a');
    await mover.move([{ id: 'a' }]);
    broken.upsert = true;
    await expect(mover.undo('move-1')).rejects.toMatchObject({ code: 'E_STORE' });
    broken.upsert = false;
    expect([existsSync(a), rows.has('a')]).toEqual([true, false]);
    expect((await mover.undo('move-1')).restored).toHaveLength(1);
    expect(rows.has('a')).toBe(true);
    await mover.move([{ id: 'a' }]);
    await undoMoves(join(out(), 'move-1/undo.json'));
    expect((await mover.undo('move-1')).restored).toHaveLength(1);
    expect([rows.has('a'), readdirSync(out())]).toEqual([true, []]);
  });

  it('brings back what it can, and the rest when the place is free', async () => {
    const [a] = [addFile('a'), addFile('b')];
    await mover.move([{ id: 'a' }, { id: 'b' }]);
    writeFileSync(a, 'a newcomer');
    const first = await mover.undo('move-1');
    expect(first.restored.map(({ id }) => id)).toEqual(['b']);
    expect(first.failed).toMatchObject([{ id: 'a', reason: 'another file is in its place now' }]);
    expect([[...rows.keys()], readFileSync(a, 'utf8')]).toEqual([['b'], 'a newcomer']);
    rmSync(a);
    expect((await mover.undo('move-1')).restored.map(({ id }) => id)).toEqual(['a']);
    expect([[...rows.keys()].sort(), readdirSync(out())]).toEqual([['a', 'b'], []]);
  });

  it('takes back no move of another store or model, no rows that were changed, and nothing by a path', async () => {
    addFile('a');
    await mover.move([{ id: 'a' }]);
    const other = await openMover({
      store: fakeStore('other'),
      folder: out(),
      log: pino({ enabled: false }),
    });
    await expect(other.undo('move-1')).rejects.toMatchObject({ code: 'E_CONFIG' });
    for (const name of ['../aside/move-1', 'move-1/.', 'move-1/../move-1', '', '.', 'move-01x'])
      await expect(mover.undo(name)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    writeFileSync(join(out(), 'move-1/rows.json'), '{"format":"samesame-moved-rows"}');
    await expect(mover.undo('move-1')).rejects.toMatchObject({ code: 'E_DATA' });
  });
});

it('tells by a path where an image is', () => {
  const paths = ['/a/b.png', '/a/b#1.jpg', '/a/b.npz#3', 'mnist#7', 's3://bucket/a.png', 'upload:ab/c.png'];
  expect(paths.map(sourceOf)).toEqual(['file', 'file', 'archive', 'archive', 'object', 'sent']);
});
