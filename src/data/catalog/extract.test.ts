import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Entries, makeTgz, makeZip } from '../../../test/archives.ts';
import { extractTar, extractZip } from './extract.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'samesame-extract-'));
  folder = join(root, 'in');
  mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const FILES: Entries = { 'a/1.txt': 'one', 'a/b/2.txt': 'two'.repeat(400), '3.txt': '' };
const archive = (bytes: Uint8Array) => {
  const path = join(root, 'archive');
  writeFileSync(path, bytes);
  return path;
};
const zip = (bytes: Uint8Array) => extractZip(archive(bytes), folder, (name) => name);
const tar = (bytes: Uint8Array) => extractTar(archive(bytes), folder, 3);

describe.each([
  ['extractZip', zip, makeZip],
  ['extractTar', tar, makeTgz],
] as const)('%s', (_name, extract, make) => {
  it('writes every file', async () => {
    expect(await extract(make(FILES))).toEqual(Object.keys(FILES));
    for (const [name, content] of Object.entries(FILES))
      expect(readFileSync(join(folder, name), 'utf8')).toBe(content);
  });

  it.each(['../evil.txt', 'a/../../evil.txt', '/tmp/samesame-evil.txt'])('refuses %s', async (name) => {
    await expect(extract(make({ 'good.txt': 'x', [name]: 'evil' }))).rejects.toMatchObject({
      code: 'E_DATA',
      message: expect.stringContaining('points outside of it'),
    });
    expect(readdirSync(root).sort()).toEqual(['archive', 'in']);
    expect(existsSync('/tmp/samesame-evil.txt')).toBe(false);
  });

  it('says that an archive is cut or something else', async () => {
    const bytes = make({ 'a.txt': Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i * 7) & 255)) });
    for (const wrong of [bytes.subarray(0, bytes.length / 2), Buffer.from('<html>Not found</html>')])
      await expect(extract(wrong)).rejects.toMatchObject({ code: 'E_DATA_TRUNCATED' });
  });
});

it('extractZip renames and leaves out', async () => {
  const paths = await extractZip(archive(makeZip(FILES)), folder, (name) =>
    name.startsWith('a/') ? name.slice(2) : undefined,
  );
  expect(paths).toEqual(['1.txt', 'b/2.txt']);
  expect(readdirSync(folder).sort()).toEqual(['1.txt', 'b']);
});

it('extractTar refuses links', async () => {
  await expect(tar(makeTgz({ 'a/x.txt': 'evil' }, { a: '/tmp' }))).rejects.toMatchObject({
    code: 'E_DATA',
    message: expect.stringContaining('neither a file nor a folder'),
  });
});

it.each([
  [
    'ZIP',
    (signal: AbortSignal, path: string) => extractZip(path, folder, (name) => name, { signal }),
    makeZip,
  ],
  ['tar', (signal: AbortSignal, path: string) => extractTar(path, folder, 3, { signal }), makeTgz],
] as const)('stops in a %s archive when it is interrupted', async (_kind, extract, make) => {
  const reason = new Error('Ctrl-C');
  await expect(extract(AbortSignal.abort(reason), archive(make(FILES)))).rejects.toBe(reason);
});
