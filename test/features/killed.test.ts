import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFeatures } from '../../src/data/features/open.ts';
import { listFeatures } from '../../src/data/features/trunks.ts';
import { readFolder } from '../../src/data/sources/folder.ts';
import { makeImageFolder } from '../tiny-images.ts';
import { fakeTrunk, ROW_LENGTH, TARGET } from './fake-trunk.ts';

const NUM_IMAGES = 24;
const FILL = fileURLToPath(new URL('fill.mjs', import.meta.url));

let root: string;
let images: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-killed-fill-'));
  images = await makeImageFolder(join(root, 'images'), { imagesPerClass: 6 });
});
afterAll(() => rm(root, { recursive: true }));

interface FillArguments {
  readonly cache: string;
  readonly killAfter?: number;
  readonly killInside?: number;
  readonly delayMs?: number;
}

/** Fills in a process of its own. @param killAfterMs after its first row */
function fillInChild(args: FillArguments, killAfterMs?: number) {
  const child = spawn(process.execPath, [FILL, JSON.stringify({ data: images, ...args })]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    if (stdout === '' && killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>(
    (resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
}

/** All rows, and how many had to be computed for them. */
async function openHere(cache: string) {
  const fake = fakeTrunk();
  const set = await readFolder(images);
  const store = await openFeatures({ set, target: TARGET, folder: cache, trunk: fake.trunk });
  const rows = new Uint16Array(NUM_IMAGES * ROW_LENGTH);
  await store.gather(store.usable, 0, rows);
  await store.close();
  return { rows, numExtracted: fake.numExtracted() };
}

const newCache = () => mkdtemp(join(root, 'cache-'));

describe('a fill that was killed', () => {
  it('has lost what was in flight, and nothing that was kept', async () => {
    const whole = await openHere(await newCache());
    for (const [kill, numKept] of [
      [{ killAfter: 7 }, 9],
      [{ killInside: 3 }, 6],
      [{ killInside: 1 }, 0],
    ] as const) {
      const cache = await newCache();
      expect(await fillInChild({ cache, delayMs: 20, ...kill })).toMatchObject({
        signal: 'SIGKILL',
        stderr: '',
      });
      const { rows, numExtracted } = await openHere(cache);
      expect(rows).toEqual(whole.rows);
      expect(numExtracted).toBeLessThanOrEqual(NUM_IMAGES - numKept);
      expect((await openHere(cache)).numExtracted).toBe(0);
    }
  });

  it('again and again, at any moment, gets there', async () => {
    const cache = await newCache();
    for (const killAfterMs of [1, 4, 9]) await fillInChild({ cache, delayMs: 3 }, killAfterMs);
    expect(await fillInChild({ cache })).toMatchObject({ code: 0, stderr: '' });
    const { rows, numExtracted } = await openHere(cache);
    expect(numExtracted).toBe(0);
    expect(rows).toEqual((await openHere(await newCache())).rows);
  });
});

it('two processes fill one cache at once', async () => {
  const cache = await newCache();
  const both = await Promise.all([1, 2].map(() => fillInChild({ cache, delayMs: 5 })));
  for (const child of both) expect(child).toMatchObject({ code: 0, stderr: '' });
  const { rows, numExtracted } = await openHere(cache);
  expect(numExtracted).toBe(0);
  expect(rows).toEqual((await openHere(await newCache())).rows);
  expect(await listFeatures(cache)).toMatchObject([{ numRows: NUM_IMAGES, rowLength: ROW_LENGTH }]);
  const names = await readdir(cache, { recursive: true });
  expect(names.filter((name) => name.includes('.tmp'))).toEqual([]);
});
