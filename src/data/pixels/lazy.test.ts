import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeImageFolder } from '../../../test/tiny-images.ts';
import { readFolder } from '../sources/folder.ts';
import type { ImageSet } from '../types.ts';
import { createLazyStore } from './lazy.ts';
import { preparePixels } from './prepare.ts';

const TARGET = { height: 12, width: 10, channels: 3, resize: 'fit' } as const;
const IMAGE_BYTES = 12 * 10 * 3;

let root: string;
let set: ImageSet;
let numAsked: number;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'samesame-lazy-'));
  await makeImageFolder(join(root, 'images'), { imagesPerClass: 3 });
  writeFileSync(join(root, 'images/bars/00.png'), 'no image');
  const all = await readFolder(join(root, 'images'));
  const { pixels } = all;
  if (pixels.kind !== 'encoded') throw new Error('not files');
  const path = (index: number) => {
    numAsked++;
    return pixels.path(index);
  };
  set = { ...all, pixels: { kind: 'encoded', path } };
  numAsked = 0;
});
afterAll(() => rmSync(root, { recursive: true }));

describe('createLazyStore', () => {
  it('gives what a prepared store gives, and decodes only what it is asked for', async () => {
    const prepared = await preparePixels(set, TARGET);
    const lazy = createLazyStore(set, { ...TARGET, bad: prepared.bad });
    expect([...lazy.usable]).toEqual([...prepared.usable]);
    expect(lazy.numImages).toBe(12);
    numAsked = 0;
    const indices = Int32Array.of(11, 3, 3, 7);
    const [expected, got] = [new Uint8Array(4 * IMAGE_BYTES), new Uint8Array(4 * IMAGE_BYTES)];
    await prepared.gather(indices, expected);
    await lazy.gather(indices, got);
    expect(got).toEqual(expected);
    expect(numAsked).toBe(3);
    await lazy.gather(indices, got);
    expect(numAsked).toBe(3);
  });

  it('keeps no more images than it may', async () => {
    const lazy = createLazyStore(set, { ...TARGET, memoryBytes: 2 * IMAGE_BYTES });
    const out = new Uint8Array(IMAGE_BYTES);
    numAsked = 0;
    for (const index of [1, 2, 1, 3, 1, 2]) await lazy.gather(Int32Array.of(index), out);
    expect(numAsked).toBe(4); // 1, 2, 3, and 2 again: 3 took its place.
    const none = createLazyStore(set, { ...TARGET, memoryBytes: 0 });
    numAsked = 0;
    for (const index of [1, 1]) await none.gather(Int32Array.of(index), out);
    expect(numAsked).toBe(2);
  });

  it('names a bad image that nobody knew of, and forgets the failure', async () => {
    const lazy = createLazyStore(set, TARGET);
    const out = new Uint8Array(IMAGE_BYTES);
    for (let i = 0; i < 2; i++)
      await expect(lazy.gather(Int32Array.of(0), out)).rejects.toMatchObject({ code: 'E_IMAGE' });
  });

  it('refuses what it cannot do', async () => {
    const lazy = createLazyStore(set, { ...TARGET, bad: [{ id: set.id(0), reason: 'no image' }] });
    const out = new Uint8Array(IMAGE_BYTES);
    await expect(lazy.gather(Int32Array.of(0), out)).rejects.toMatchObject({ code: 'E_DATA' });
    await expect(lazy.gather(Int32Array.of(1, 2), out)).rejects.toMatchObject({ code: 'E_SHAPE' });
    expect(() => createLazyStore(set, { ...TARGET, height: 0 })).toThrow(/out of range/);
    await lazy.close();
    await expect(lazy.gather(Int32Array.of(1), out)).rejects.toThrow('closed');
  });

  it('takes pixels that have the size already as they are', async () => {
    const data = Uint8Array.from({ length: 2 * IMAGE_BYTES }, (_, i) => i);
    const decoded = { ...set, numImages: 2, pixels: { kind: 'decoded', ...TARGET, data } } as const;
    const out = new Uint8Array(IMAGE_BYTES);
    await createLazyStore(decoded, TARGET).gather(Int32Array.of(1), out);
    expect(out).toEqual(data.slice(IMAGE_BYTES));
    const half = new Uint8Array(6 * 5 * 3);
    await createLazyStore(decoded, { ...TARGET, height: 6, width: 5 }).gather(Int32Array.of(1), half);
    expect(half.some((value) => value > 0)).toBe(true);
  });
});
