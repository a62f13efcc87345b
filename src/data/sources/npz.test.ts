import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { npy, zip } from '../../../test/archives.ts';
import { readNpz } from './npz.ts';

const folder = mkdtempSync(join(tmpdir(), 'samesame-npz-'));
afterAll(() => rmSync(folder, { recursive: true }));
const omniglot = new URL('../../../../shared/data/omniglot/images_evaluation.npz', import.meta.url).pathname;

function put(name: string, bytes: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const pixelsOf = (set: Awaited<ReturnType<typeof readNpz>>) =>
  set.pixels.kind === 'decoded' ? [...set.pixels.data] : [];

describe('readNpz', () => {
  it.each([false, true])('reads uint8 images with integer labels (64-bit fields: %s)', async (wide) => {
    const labels = new Uint8Array(new BigInt64Array([10n, 2n, 10n]).buffer);
    const path = put(
      'plain.npz',
      zip(
        {
          'images.npy': npy('|u1', [3, 1, 2], bytes(1, 2, 3, 4, 5, 6)),
          'labels.npy': npy('<i8', [3], labels),
        },
        wide,
      ),
    );
    const set = await readNpz(path);
    expect(pixelsOf(set)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(set.pixels).toMatchObject({ height: 1, width: 2, channels: 1 });
    expect(set.classNames).toEqual(['2', '10']);
    expect([...set.labels]).toEqual([1, 0, 1]);
  });

  it('reads bool [classes, perClass, H, W] without labels as class by first axis, true as 255', async () => {
    const images = npy('|b1', [2, 2, 1, 2], bytes(1, 0, 0, 0, 1, 1, 0, 1));
    const set = await readNpz(put('classes.npz', zip({ 'images.npy': images })));
    expect(pixelsOf(set)).toEqual([255, 0, 0, 0, 255, 255, 0, 255]);
    expect([...set.labels]).toEqual([0, 0, 1, 1]);
    expect([0, 1, 2, 3].map(set.id)).toEqual(['0/0', '0/1', '1/0', '1/1']);
  });

  it('reads RGB, text labels, and no labels', async () => {
    const images = npy('|u1', [2, 1, 1, 3], bytes(1, 2, 3, 4, 5, 6));
    const words = npy('<U2', [2], new Uint8Array(new Uint32Array([0x68, 0x69, 0x1f600, 0]).buffer));
    const named = await readNpz(put('rgb.npz', zip({ 'images.npy': images, 'labels.npy': words })));
    expect(named.pixels).toMatchObject({ height: 1, width: 1, channels: 3 });
    expect(named.classNames).toEqual(['hi', '😀']);
    const bare = await readNpz(put('bare.npz', zip({ 'images.npy': images })));
    expect([...bare.labels]).toEqual([-1, -1]);
  });

  it('reads Keras’s four arrays as splits over the classes of both', async () => {
    const path = put(
      'keras.npz',
      zip({
        'x_train.npy': npy('|u1', [2, 1, 1], bytes(1, 2)),
        'y_train.npy': npy('|u1', [2], bytes(5, 3)),
        'x_test.npy': npy('|u1', [2, 1, 1], bytes(3, 4)),
        'y_test.npy': npy('|u1', [2], bytes(5, 4)),
      }),
    );
    const set = await readNpz(path);
    expect(set.splits).toEqual(['train', 'train', 'test', 'test']);
    expect([...set.labels].map((label) => set.classNames[label])).toEqual(['5', '3', '5', '4']);
  });

  const images = npy('|u1', [2, 1, 2], bytes(1, 2, 3, 4));
  const whole = zip({ 'images.npy': images });
  /** The archive with 16-bit fields of its list changed, by their place there. */
  const patched = (fields: Readonly<Record<number, number>>) => {
    const copy = Buffer.from(whole);
    const list = copy.indexOf('PK\x01\x02', 'latin1');
    for (const [offset, value] of Object.entries(fields)) copy.writeUInt16LE(value, list + Number(offset));
    return copy;
  };
  const damaged = zip({ 'labels.npy': images, 'images.npy': images });
  const deflated = damaged.indexOf('images.npy') + 'images.npy'.length + 5;
  damaged.fill(0xff, deflated, deflated + 8);
  it.each([
    ['E_DATA', 'an encrypted entry', patched({ 8: 1, 20: images.length + 12 })],
    ['E_DATA', 'an unknown compression', patched({ 10: 99 })],
    ['E_DATA_TRUNCATED', 'damaged bytes', damaged],
    ['E_DATA_TRUNCATED', 'sizes that do not fit', patched({ 20: 1 })],
    ['E_DATA_TRUNCATED', 'cut archive', whole.subarray(0, whole.length - 30)],
    ['E_DATA_TRUNCATED', 'cut array', zip({ 'images.npy': images.subarray(0, images.length - 1) })],
    ['E_DATA_LENGTH', 'labels', zip({ 'images.npy': images, 'labels.npy': npy('|u1', [3], bytes(1, 2, 3)) })],
    ['E_DATA', 'float images', zip({ 'images.npy': npy('<f4', [1, 1, 1], bytes(0, 0, 0, 0)) })],
    [
      'E_DATA',
      'float labels',
      zip({ 'images.npy': images, 'labels.npy': npy('<f4', [2], new Uint8Array(8)) }),
    ],
    ['E_DATA', 'column-major', zip({ 'images.npy': npy('|u1', [2, 1, 2], bytes(1, 2, 3, 4), 'True') })],
    ['E_DATA', 'no images', zip({ 'embeddings.npy': images })],
    ['E_DATA', 'not an array', zip({ 'images.npy': Buffer.from('hello, I am text') })],
    ['E_DATA_EMPTY', 'no image', zip({ 'images.npy': npy('|u1', [0, 4, 4], bytes()) })],
  ])('throws %s for %s', async (code, name, archive) => {
    await expect(readNpz(put(`${name}.npz`, archive as Buffer))).rejects.toMatchObject({ code });
  });

  it.skipIf(!existsSync(omniglot))('reads Omniglot (needs ../shared/data)', async () => {
    const set = await readNpz(omniglot);
    expect([set.numImages, set.classNames.length]).toEqual([659 * 20, 659]);
    expect(set.pixels).toMatchObject({ height: 105, width: 105, channels: 1 });
    expect([set.labels[0], set.labels[19], set.labels[20], set.labels[13179]]).toEqual([0, 0, 1, 658]);
    let numPaper = 0;
    for (const value of set.pixels.kind === 'decoded' ? set.pixels.data.subarray(0, 11025) : []) {
      expect(value === 0 || value === 255).toBe(true);
      if (value === 255) numPaper++;
    }
    expect(numPaper).toBeGreaterThan(9000);
  });
});
