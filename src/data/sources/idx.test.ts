import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readIdx } from './idx.ts';
import { readIdxFolder } from './idx-folder.ts';
import { readMnist } from './mnist.ts';

const folder = mkdtempSync(join(tmpdir(), 'samesame-idx-'));
afterAll(() => rmSync(folder, { recursive: true }));

function idx(shape: number[], values: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt8(8, 2);
  header.writeUInt8(shape.length, 3);
  for (const [i, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([header, Buffer.from(values)]);
}

function put(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const pixels = Array.from({ length: 12 }, (_, i) => 20 * i);
const images = put('images', idx([2, 2, 3], pixels));
const labels = put('labels', idx([2], [3, 1]));

describe('readIdx', () => {
  it('reads the pixels in order, labels and the names of labels', async () => {
    const set = await readIdx({ images, labels, name: 'two' });
    expect(set.pixels).toMatchObject({ kind: 'decoded', height: 2, width: 3, channels: 1 });
    expect(set.pixels.kind === 'decoded' && [...set.pixels.data]).toEqual(pixels);
    expect([...set.labels]).toEqual([3, 1]);
    expect(set.classNames).toEqual(['0', '1', '2', '3']);
    expect(set.id(1)).toBe('1');
  });

  it('reads gzip by its content, whatever the name', async () => {
    const zipped = put('zipped', gzipSync(idx([2, 2, 3], pixels)));
    const set = await readIdx({ images: zipped, labels });
    expect(set.pixels.kind === 'decoded' && [...set.pixels.data]).toEqual(pixels);
  });

  it('reads images with channels, and without labels', async () => {
    const set = await readIdx({ images: put('rgb', idx([2, 1, 2, 3], pixels)) });
    expect(set.pixels).toMatchObject({ height: 1, width: 2, channels: 3 });
    expect([...set.labels]).toEqual([-1, -1]);
    expect(set.classNames).toEqual([]);
  });

  const whole = idx([2, 2, 3], pixels);
  it.each([
    ['E_DATA_TRUNCATED', 'data cut', whole.subarray(0, 20)],
    ['E_DATA_TRUNCATED', 'header cut', whole.subarray(0, 9)],
    ['E_DATA_TRUNCATED', 'gzip cut', gzipSync(whole).subarray(0, 24)],
    ['E_DATA_TRUNCATED', 'empty', Buffer.alloc(0)],
    ['E_DATA_LENGTH', 'trailing', Buffer.concat([whole, Buffer.alloc(3)])],
    ['E_DATA', 'not idx', Buffer.from('path,label\n')],
    ['E_DATA', 'floats', Buffer.concat([Buffer.from([0, 0, 0x0d, 3]), whole.subarray(4)])],
    ['E_DATA', 'labels as images', idx([2], [1, 2])],
    ['E_DATA_EMPTY', 'no image', idx([0, 2, 3], [])],
  ])('throws %s for %s', async (code, name, bytes) => {
    await expect(readIdx({ images: put(`bad ${name}`, bytes), labels })).rejects.toMatchObject({ code });
  });

  it('throws E_DATA_LENGTH for labels of another count, E_DATA for a label without a name', async () => {
    const three = put('three', idx([3], [0, 1, 2]));
    await expect(readIdx({ images, labels: three })).rejects.toMatchObject({ code: 'E_DATA_LENGTH' });
    await expect(readIdx({ images, labels, classNames: ['a', 'b'] })).rejects.toMatchObject({
      code: 'E_DATA',
    });
    await expect(readIdx({ images: join(folder, 'none') })).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });
});

describe('readIdxFolder', () => {
  it('joins train and t10k into one set with splits, train first', async () => {
    mkdirSync(join(folder, 'both'));
    put('both/train-images-idx3-ubyte', idx([2, 2, 3], pixels));
    put('both/train-labels-idx1-ubyte', idx([2], [0, 1]));
    put('both/t10k-images-idx3-ubyte.gz', gzipSync(idx([1, 2, 3], [9, 8, 7, 6, 5, 4])));
    put('both/t10k-labels-idx1-ubyte.gz', gzipSync(idx([1], [2])));
    const set = await readIdxFolder(join(folder, 'both'));
    expect(set.splits).toEqual(['train', 'train', 'test']);
    expect([...set.labels]).toEqual([0, 1, 2]);
    expect([0, 1, 2].map((i) => set.id(i))).toEqual(['train/0', 'train/1', 'test/0']);
    expect(set.pixels.kind === 'decoded' && [...set.pixels.data]).toEqual([...pixels, 9, 8, 7, 6, 5, 4]);
    expect(set.classNames).toEqual(['0', '1', '2']);
  });

  it('takes a file once that lies there plain and compressed, and refuses two data sets', async () => {
    mkdirSync(join(folder, 'emnist'));
    for (const part of ['train', 'test']) {
      put(`emnist/emnist-letters-${part}-images-idx3-ubyte`, idx([2, 2, 3], pixels));
      put(`emnist/emnist-letters-${part}-labels-idx1-ubyte.gz`, gzipSync(idx([2], [0, 1])));
    }
    put('emnist/emnist-letters-train-images-idx3-ubyte.gz', Buffer.from('not read'));
    expect((await readIdxFolder(join(folder, 'emnist'))).splits).toEqual(['train', 'train', 'test', 'test']);
    put('emnist/emnist-digits-train-images-idx3-ubyte', idx([2, 2, 3], pixels));
    await expect(readIdxFolder(join(folder, 'emnist'))).rejects.toMatchObject({ code: 'E_DATA' });
  });

  it('asks for missing labels', async () => {
    mkdirSync(join(folder, 'half'));
    put('half/train-images-idx3-ubyte', idx([2, 2, 3], pixels));
    await expect(readIdxFolder(join(folder, 'half'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    const bare = await readIdxFolder(join(folder, 'half'), { labels: 'optional' });
    expect([...bare.labels]).toEqual([-1, -1]);
  });
});

describe('readMnist', () => {
  it('finds the digits of the package', async () => {
    const set = await readMnist('test');
    expect(set.numImages).toBe(10_000);
    expect([...set.labels.subarray(0, 8)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
    const counts = new Array(10).fill(0);
    for (const label of set.labels) counts[label]++;
    expect(counts).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  });
});
