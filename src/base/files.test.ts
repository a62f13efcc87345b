import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorFromSystem, exitCodeOf, SamesameError } from './errors.ts';
import { checkWritable, removeLeftovers, writeFileAtomic, writeFolderAtomic } from './files.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-files-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('writeFileAtomic', () => {
  it('writes text and bytes, over what was there, and leaves nothing beside it', async () => {
    const path = join(root, 'a', 'b', 'file.txt');
    await writeFileAtomic(path, 'first, which is longer');
    await writeFileAtomic(path, Uint8Array.of(111, 107));
    expect(await readFile(path, 'utf8')).toBe('ok');
    expect(await readdir(join(root, 'a', 'b'))).toEqual(['file.txt']);
  });

  it('leaves what was there when it fails, and nothing beside it', async () => {
    await mkdir(join(root, 'taken', 'inside'), { recursive: true });
    await expect(writeFileAtomic(join(root, 'taken'), 'x')).rejects.toMatchObject({ code: 'E_IO' });
    expect(await readdir(root)).toEqual(['taken']);
    expect(await readdir(join(root, 'taken'))).toEqual(['inside']);
    await writeFile(join(root, 'file'), '');
    await expect(writeFileAtomic(join(root, 'file', 'below'), 'x')).rejects.toMatchObject({ code: 'E_IO' });
  });

  it('never shows a half: a reader sees one whole content or the other', async () => {
    const path = join(root, 'busy');
    const contents = ['a', 'b'].map((letter) => letter.repeat(300_000));
    await writeFileAtomic(path, contents[0]);
    let done = false;
    const writing = (async () => {
      for (let i = 0; i < 20; i++) await writeFileAtomic(path, contents[i % 2]);
      done = true;
    })();
    while (!done) expect(contents).toContain(await readFile(path, 'utf8'));
    await writing;
  });
});

describe('writeFolderAtomic', () => {
  const fillWith = (name: string) => (folder: string) => writeFile(join(folder, name), name);

  it('replaces the whole folder', async () => {
    const path = join(root, 'deep', 'model');
    await writeFolderAtomic(path, fillWith('old'));
    await writeFolderAtomic(path, fillWith('new'));
    expect(await readdir(path)).toEqual(['new']);
    expect(await readdir(join(root, 'deep'))).toEqual(['model']);
  });

  it('leaves the former folder when filling fails half-way', async () => {
    const path = join(root, 'model');
    await writeFolderAtomic(path, fillWith('old'));
    const failing = writeFolderAtomic(path, async (folder) => {
      await writeFile(join(folder, 'new'), 'half');
      throw new SamesameError('E_DISK_FULL', { what: 'no space' });
    });
    await expect(failing).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    expect(await readdir(path)).toEqual(['old']);
    expect(await readdir(root)).toEqual(['model']);
  });

  it('leaves nothing where there was nothing', async () => {
    const failing = writeFolderAtomic(join(root, 'model'), () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toMatchObject({ code: 'E_IO' });
    expect(await readdir(root)).toEqual([]);
  });
});

it('removeLeftovers removes what killed writers left, and nothing else', async () => {
  const kept = ['.gitignore', '.model.tmp', 'last.safetensors', 'x.0123abcd.tmp'];
  for (const name of [...kept, '.last.safetensors.0123abcd.tmp']) await writeFile(join(root, name), '');
  await mkdir(join(root, '.model.89abcdef.tmp.old', 'deep'), { recursive: true });
  await removeLeftovers(root);
  expect((await readdir(root)).sort()).toEqual(kept.sort());
  await removeLeftovers(join(root, 'nowhere'));
});

it('checkWritable looks at what is there, and makes nothing', async () => {
  await checkWritable(join(root, 'not', 'yet', 'there'));
  expect(await readdir(root)).toEqual([]);
  await writeFile(join(root, 'file'), '');
  await expect(checkWritable(join(root, 'file', 'below'))).rejects.toMatchObject({ code: 'E_IO' });
});

describe('errors', () => {
  it.each([
    ['EACCES', 'E_PERMISSION'],
    ['EPERM', 'E_PERMISSION'],
    ['EROFS', 'E_PERMISSION'],
    ['ENOSPC', 'E_DISK_FULL'],
    ['EDQUOT', 'E_DISK_FULL'],
    ['ENOENT', 'E_NOT_FOUND'],
    ['EIO', 'E_IO'],
  ])('%s is %s, with what was being done and where', (errno, code) => {
    const system = Object.assign(new Error(`${errno}: sorry`), { code: errno, path: '/x/y' });
    const error = errorFromSystem(system, 'writing /x/y');
    expect(error).toMatchObject({ code, details: { path: '/x/y' }, cause: system });
    expect(error.message).toMatch(/^writing \/x\/y/);
    if (code !== 'E_IO') expect(error.message).toMatch(/\n {2}help: /);
  });

  it('that are understood already stay as they are', () => {
    const error = new SamesameError('E_NAN', { what: 'no' });
    expect(errorFromSystem(error, 'writing')).toBe(error);
  });

  it('have four parts and an exit code', () => {
    const parts = { what: 'it failed', expected: 'a', received: 'b', help: 'c' };
    expect(new SamesameError('E_IO', parts).message).toBe(
      'it failed\n  expected: a\n  received: b\n  help: c',
    );
    const codes = ['E_USAGE', 'E_CONFIG', 'E_DATA_EMPTY', 'E_IMAGES_BAD', 'E_NAN', 'E_DISK_FULL'] as const;
    expect(codes.map((code) => exitCodeOf(new SamesameError(code, parts)))).toEqual([2, 2, 3, 3, 1, 1]);
    expect(exitCodeOf(new Error('bug'))).toBe(1);
  });
});
