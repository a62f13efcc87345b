import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ListedFile } from './list-files.ts';
import { checkMoveFolder, copyThenRemove, moveCopies } from './move.ts';
import { undoMoves } from './undo.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'samesame-move-'));
  mkdirSync(join(folder, 'in/a'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function place(name: string): ListedFile {
  const path = join(folder, 'in', name);
  writeFileSync(path, `content of ${name}`);
  const { size, mtimeMs } = statSync(path);
  return { path, sizeBytes: size, modifiedMs: mtimeMs, isSymlink: false };
}

it('moves, brings back, also from the middle, and leaves what changed', async () => {
  const keeper = place('keep.jpg');
  const files = ['a/1.jpg', 'b\n✓.jpg', '3.jpg'].map(place);
  const changed = place('changed.jpg');
  writeFileSync(changed.path, 'another content');
  const out = join(folder, 'out');
  const result = await moveCopies(
    [...files, changed].map((file) => ({ file, keeper })),
    out,
  );
  expect(result.moved).toHaveLength(3);
  expect(result.skipped).toMatchObject([{ path: changed.path, reason: 'it was changed meanwhile' }]);
  expect(files.some(({ path }) => existsSync(path))).toBe(false);
  // As if the run had been killed after the second file.
  renameSync(result.moved[2].to, result.moved[2].from);
  const back = await undoMoves(result.undo!);
  expect([back.restored.length, back.numInPlace, back.failed.length]).toEqual([2, 1, 0]);
  for (const { path } of files)
    expect(readFileSync(path, 'utf8')).toBe(`content of ${path.slice(folder.length + 4)}`);
  expect(existsSync(out)).toBe(false);
});

it('does not write over what somebody has put there', async () => {
  const [keeper, file] = [place('keep.jpg'), place('1.jpg')];
  const { undo, moved } = await moveCopies([{ file, keeper }], join(folder, 'out'));
  writeFileSync(file.path, 'new');
  expect((await undoMoves(undo!)).failed).toHaveLength(1);
  expect([readFileSync(file.path, 'utf8'), existsSync(moved[0].to), existsSync(undo!)]).toEqual([
    'new',
    true,
    true,
  ]);
});

it('copies to another disk whole, and refuses a folder among the images', async () => {
  const file = place('1.jpg');
  await copyThenRemove(file.path, join(folder, 'there.jpg'));
  expect(readFileSync(join(folder, 'there.jpg'), 'utf8')).toBe('content of 1.jpg');
  expect(existsSync(file.path)).toBe(false);
  expect(() => checkMoveFolder(join(folder, 'in/out'), [join(folder, 'in')])).toThrow(/searched/);
});
