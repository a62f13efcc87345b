import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyScene, drawBusyScene } from '../../../test/busy-scene.ts';
import { readFolder } from '../../data/sources/folder.ts';
import type { ImageSet } from '../../data/types.ts';
import { findLinks } from './find-links.ts';

let folder = '';
let set: ImageSet;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'samesame-links-'));
  const scene = await busyScene('scene', { width: 400, height: 320 });
  const open = () => sharp(scene);
  const mark = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="320"><path d="M40 140h320v50H40z" fill="white" opacity=".3"/></svg>',
  );
  const edits: Record<string, Sharp> = {
    '00-original.png': open(),
    '01-copy.png': open(),
    '02-lossless.tiff': open().tiff({ compression: 'lzw' }),
    '03-small.jpg': open().resize(180).jpeg({ quality: 70 }),
    '04-crop.jpg': open().extract({ left: 40, top: 80, width: 300, height: 236 }).jpeg(),
    '05-turned.jpg': open().rotate(3, { background: 'black' }).jpeg(),
    '06-framed.jpg': open().extend({ top: 30, bottom: 30, left: 30, right: 30, background: 'red' }).jpeg(),
    '07-dark.jpg': open().linear(0.6, 0).jpeg(),
    '08-marked.jpg': open()
      .composite([{ input: mark }])
      .jpeg(),
    '09-mirrored.jpg': open().flop().jpeg(),
    '10-other.jpg': drawBusyScene('another', { width: 400, height: 320 }).jpeg(),
    '11-third.png': drawBusyScene('third', { width: 400, height: 320 }),
    '12-blank.png': sharp({ create: { width: 400, height: 320, channels: 3, background: 'white' } }),
  };
  await Promise.all(Object.entries(edits).map(([name, image]) => image.toFile(join(folder, name))));
  set = await readFolder(folder, { labels: 'optional' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const groupsOf = ({ joins }: Awaited<ReturnType<typeof findLinks>>) =>
  joins.groups().map((group) => group.map((i) => set.id(i).slice(0, 2)).join(' '));

describe('findLinks', () => {
  it('joins a picture with all that was done to it, and with nothing else', async () => {
    const found = await findLinks(set);
    expect(groupsOf(found)).toEqual(['00 01 02 03 04 05 06 07 08']);
    expect(found.links).toHaveLength(8);
    const tierOf = (index: number) => found.links.filter(({ b }) => b === index).map(({ tier }) => tier);
    expect([tierOf(1), tierOf(2), tierOf(3)]).toEqual([['bytes'], ['pixels'], ['hash']]);
    expect(found.links.every(({ distance }) => distance >= 0 && distance < 0.4)).toBe(true);
  });

  it('finds mirror images when asked to', async () => {
    const found = await findLinks(set, { mirrored: true });
    expect(groupsOf(found)).toEqual(['00 01 02 03 04 05 06 07 08 09']);
    for (const { a, b, isMirrored } of found.links) expect(isMirrored).toBe(a === 9 || b === 9);
  });

  it('goes down the tiers no further than asked', async () => {
    expect(groupsOf(await findLinks(set, { tiers: ['bytes'] }))).toEqual(['00 01']);
    expect(groupsOf(await findLinks(set, { tiers: ['pixels'] }))).toEqual(['00 02']);
    expect(groupsOf(await findLinks(set, { tiers: [] }))).toEqual([]);
  });

  it('compares only what may be compared', async () => {
    // The first three against the rest: every link crosses.
    const found = await findLinks(set, { pairing: (a, b) => a < 3 !== b < 3 });
    expect(found.links.length).toBeGreaterThan(5);
    expect(found.links.every(({ a, b }) => a < 3 && b >= 3)).toBe(true);
  });
});
