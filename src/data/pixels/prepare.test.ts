import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../fingerprint.ts';
import { readFolder } from '../sources/folder.ts';
import type { ImageSet, ProgressEvent } from '../types.ts';
import { guessPixelShape } from './guess.ts';
import { preparePixels } from './prepare.ts';
import { rowsOf } from './spill.ts';

const root = mkdtempSync(join(tmpdir(), 'samesame-prepare-'));
afterAll(() => rmSync(root, { recursive: true }));
const NUM_IMAGES = 23;
const ROW = 4 * 4 * 3;
const target = { height: 4, width: 4, channels: 3, resize: 'stretch' } as const;

/** Image `i` is of one colour, [i, 2i, 3i]. */
async function makeFolder(name: string): Promise<string> {
  const folder = join(root, name);
  for (let i = 0; i < NUM_IMAGES; i++) {
    const file = join(folder, i % 2 ? 'odd' : 'even', `${String(i).padStart(2, '0')}.png`);
    mkdirSync(join(file, '..'), { recursive: true });
    await sharp({ create: { width: 6, height: 5, channels: 3, background: { r: i, g: 2 * i, b: 3 * i } } })
      .png()
      .toFile(file);
  }
  return folder;
}

const folder = await makeFolder('good');
const set = await readFolder(folder);
const numberOf = (index: number) => Number(/(\d+)\.png$/.exec(set.id(index))![1]);

function decodedSet(height: number, width: number, channels: 1 | 3): ImageSet {
  const data = Uint8Array.from({ length: 3 * height * width * channels }, (_, i) => (i * 41) % 256);
  return {
    name: 'decoded',
    numImages: 3,
    labels: Int32Array.of(0, 0, 1),
    classNames: ['a', 'b'],
    id: String,
    pixels: { kind: 'decoded', height, width, channels, data },
  };
}

describe('preparePixels', () => {
  it.each([0, 5 * ROW, 2 ** 20])('gathers the right images with %i bytes of memory', async (memoryBytes) => {
    const spillFolder = join(root, 'spill');
    const store = await preparePixels(set, { ...target, memoryBytes, spillFolder });
    expect([...store.usable]).toEqual(Array.from({ length: NUM_IMAGES }, (_, i) => i));
    const indices = Int32Array.of(22, 0, 4, 4, 5, 6, 13, 1);
    const out = new Uint8Array(indices.length * ROW + 1).fill(77);
    await store.gather(indices, out);
    for (const [i, index] of indices.entries()) {
      const n = numberOf(index);
      const expected = Array.from({ length: 16 }, () => [n, 2 * n, 3 * n]).flat();
      expect([...out.subarray(i * ROW, (i + 1) * ROW)]).toEqual(expected);
    }
    expect(out.at(-1)).toBe(77);
    await store.close();
    await store.close();
    if (existsSync(spillFolder)) expect(readdirSync(spillFolder)).toEqual([]);
    await expect(store.gather(indices, out)).rejects.toMatchObject({ code: 'E_DATA' });
  });

  it('uses pixels of the right size without a copy, resizes others', async () => {
    const ready = decodedSet(4, 4, 3);
    const store = await preparePixels(ready, { ...target, memoryBytes: 0 });
    if (ready.pixels.kind !== 'decoded') throw new Error('unreachable');
    ready.pixels.data[ROW] = 199;
    const out = new Uint8Array(ROW);
    await store.gather(Int32Array.of(1), out);
    expect([...out]).toEqual([...ready.pixels.data.subarray(ROW, 2 * ROW)]);

    const grey = decodedSet(4, 4, 1);
    const wide = await preparePixels(grey, target);
    await wide.gather(Int32Array.of(2), out);
    const value = grey.pixels.kind === 'decoded' ? grey.pixels.data[32 + 5] : -1;
    expect([...out.subarray(15, 18)]).toEqual([value, value, value]);
  });

  it('skips, counts and lists bad images, and gathers the others', async () => {
    const mixed = await makeFolder('mixed');
    writeFileSync(join(mixed, 'even', '04.png'), 'this is no image');
    writeFileSync(join(mixed, 'odd', '01.png'), '');
    const store = await preparePixels(await readFolder(mixed), target);
    expect(store.bad.map((bad) => bad.id)).toEqual(['even/04.png', 'odd/01.png']);
    expect(store.bad[1].reason).toBe('an empty file');
    expect(store.usable).toHaveLength(NUM_IMAGES - 2);
    await expect(store.gather(Int32Array.of(2), new Uint8Array(ROW))).rejects.toMatchObject({
      code: 'E_DATA',
    });
    await store.gather(store.usable.subarray(0, 1), new Uint8Array(ROW));
    const strict = preparePixels(await readFolder(mixed), { ...target, maxBadShare: 0.05 });
    await expect(strict).rejects.toMatchObject({ code: 'E_IMAGES_BAD', details: { numBad: 2 } });
    await expect(strict).rejects.toThrow('even/04.png: ');
  });

  it('reports progress to the end, and stops when asked', async () => {
    const events: ProgressEvent[] = [];
    await preparePixels(set, { ...target, onProgress: (event) => events.push(event) });
    expect(events.at(-1)).toEqual({ stage: 'decode', done: NUM_IMAGES, total: NUM_IMAGES });
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const spillFolder = join(root, 'aborted');
    const aborted = preparePixels(set, { ...target, memoryBytes: 0, spillFolder, signal: controller.signal });
    await expect(aborted).rejects.toThrow('enough');
    expect(readdirSync(spillFolder)).toEqual([]);
  });

  it('refuses buffers that are too short, sizes and options that make no sense', async () => {
    const store = await preparePixels(decodedSet(4, 4, 3), target);
    await expect(store.gather(Int32Array.of(0), new Uint8Array(ROW - 1))).rejects.toMatchObject({
      code: 'E_SHAPE',
    });
    await expect(store.gather(Int32Array.of(3), new Uint8Array(ROW))).rejects.toMatchObject({
      code: 'E_DATA',
    });
    await expect(preparePixels(set, { ...target, height: 0 })).rejects.toMatchObject({ code: 'E_CONFIG' });
    const misspelt = { ...target, memoryByte: 1 };
    await expect(preparePixels(set, misspelt)).rejects.toThrow('did you mean "memoryBytes"?');
  });

  it.skipIf(!existsSync('/dev/full'))('calls a full disk E_DISK_FULL (needs /dev/full)', async () => {
    const rows = rowsOf(await open('/dev/full', 'r+'), ROW, '/dev/full');
    await expect(rows.write(0, new Uint8Array(ROW))).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    await rows.close();
  });
});

describe('guessPixelShape', () => {
  it('keeps the size that all images share, as far as it is small', async () => {
    expect(await guessPixelShape(set)).toMatchObject({ height: 5, width: 6, channels: 3, resize: 'fit' });
    expect(await guessPixelShape(decodedSet(28, 28, 1))).toMatchObject({
      height: 28,
      width: 28,
      channels: 1,
    });
    expect(await guessPixelShape(decodedSet(105, 90, 1))).toMatchObject({
      height: 64,
      width: 64,
      channels: 1,
    });
    expect(await guessPixelShape(decodedSet(45, 90, 1))).toMatchObject({ height: 48, width: 48 });
  });

  it('fails when nothing can be read', async () => {
    const bad = join(root, 'bad');
    mkdirSync(join(bad, 'a'), { recursive: true });
    writeFileSync(join(bad, 'a', '1.png'), 'no');
    await expect(guessPixelShape(await readFolder(bad))).rejects.toMatchObject({ code: 'E_IMAGES_BAD' });
  });
});

describe('fingerprintOf', () => {
  it('is the same wherever the set lies, and another when a name, a label or a byte changes', async () => {
    const copy = await makeFolder('copy');
    const before = await fingerprintOf(set);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprintOf(await readFolder(copy))).toBe(before);
    writeFileSync(join(copy, 'odd', '01.png'), 'changed');
    expect(await fingerprintOf(await readFolder(copy))).not.toBe(before);

    const decoded = decodedSet(2, 2, 1);
    const original = await fingerprintOf(decoded);
    expect(await fingerprintOf({ ...decoded, name: 'renamed' })).toBe(original);
    const others: ImageSet[] = [
      { ...decoded, labels: Int32Array.of(0, 1, 1) },
      { ...decoded, classNames: ['a', 'c'] },
      { ...decoded, id: (i) => `x${i}` },
      { ...decoded, splits: ['train', 'train', 'test'] },
      decodedSet(1, 4, 1),
    ];
    const prints = await Promise.all(others.map((other) => fingerprintOf(other)));
    expect(new Set([original, ...prints]).size).toBe(6);
  });
});
