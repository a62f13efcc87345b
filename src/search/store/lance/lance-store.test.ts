import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeKilledStore } from '../../../../test/contract/killed-store.ts';
import { describeVectorStore, IDENTITY, makeRows } from '../../../../test/contract/vector-store.ts';
import { openStore } from '../open.ts';

let root: string;
let numStores = 0;
const newAddress = () => join(root, `store-${numStores++}`);

describeVectorStore('LanceDB', {
  async setUp() {
    root = await mkdtemp(join(tmpdir(), 'samesame-store-'));
  },
  tearDown: () => rm(root, { recursive: true, force: true }),
  newAddress,
  open: openStore,
  snapshotOf: (address) => ({ target: `${address}-copy`, address: `${address}-copy` }),
});

describe('a store in a folder', () => {
  describeKilledStore('LanceDB', newAddress);

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'samesame-store-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('has one writer at a time and any number of readers, who see what was written', async () => {
    const folder = newAddress();
    const writer = await openStore(folder, { identity: IDENTITY });
    await writer.add(makeRows(4));
    const other = await openStore(folder, { identity: IDENTITY });
    expect(await other.count()).toBe(4);
    // As another process of this machine would have left it.
    const lock = join(folder, 'writer.lock');
    expect(JSON.parse(await readFile(lock, 'utf8'))).toEqual({ pid: process.pid, host: hostname() });
    await expect(other.delete([makeRows(1).records[0].id])).rejects.toMatchObject({
      code: 'E_STORE',
      details: { pid: process.pid },
    });
    await writer.add(makeRows(3, '/more'));
    await writer.compact();
    expect(await other.count()).toBe(7);
    expect((await other.search(new Float32Array(8), { k: 7 })).answers[0].neighbours).toHaveLength(7);
    await writer.close();
    expect(await other.delete([makeRows(1).records[0].id])).toBe(1);
    await other.close();
  });

  it('lets others write where it was told to, and sees what they wrote', async () => {
    const folder = newAddress();
    const polite = await openStore(folder, { identity: IDENTITY, writerIdleMs: 50 });
    // Two at once are one writer.
    await Promise.all([polite.upsert(makeRows(2)), polite.upsert(makeRows(2, '/more'))]);
    const other = await openStore(folder, { writerIdleMs: 50 });
    await other.add(makeRows(3, '/other'));
    await expect(polite.add(makeRows(4, '/other'))).rejects.toThrow(/3 of the rows are in the store/);
    await polite.upsert(makeRows(4, '/other'));
    expect([await polite.count(), await other.count()]).toEqual([8, 8]);
    await Promise.all([polite.close(), other.close()]);
    await expect(readFile(join(folder, 'writer.lock'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes over the lock of a process that is gone', async () => {
    const folder = newAddress();
    await (await openStore(folder, { identity: IDENTITY })).close();
    for (const left of [JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }), '{"pid":']) {
      await writeFile(join(folder, 'writer.lock'), left);
      const store = await openStore(folder);
      await store.upsert(makeRows(2));
      await store.close();
    }
    await writeFile(join(folder, 'writer.lock'), JSON.stringify({ pid: 1, host: 'elsewhere' }));
    const store = await openStore(folder);
    await expect(store.upsert(makeRows(2))).rejects.toThrow(/elsewhere/);
    await store.close();
  });

  it('makes no store among other files, and opens none of another format', async () => {
    const foreign = await mkdtemp(join(root, 'photos-'));
    await writeFile(join(foreign, 'a.jpg'), 'x');
    await expect(openStore(foreign, { identity: IDENTITY })).rejects.toMatchObject({ code: 'E_STORE' });
    const folder = newAddress();
    await (await openStore(folder, { identity: IDENTITY })).close();
    const manifest = join(folder, 'store.json');
    const text = await readFile(manifest, 'utf8');
    for (const broken of ['{', '{"format":"other"}', text.replace('"version": 1', '"version": 2')]) {
      await writeFile(manifest, broken);
      await expect(openStore(folder)).rejects.toMatchObject({ code: 'E_STORE' });
    }
  });
});
