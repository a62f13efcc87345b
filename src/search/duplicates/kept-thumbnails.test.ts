import { expect, it } from 'vitest';
import { createKeptThumbnails } from './kept-thumbnails.ts';

it('keeps what fits, the first first, and no more', () => {
  const kept = createKeptThumbnails(250);
  const image = (side: number) => ({ height: side, width: side, data: new Uint8Array(side * side) });
  const [large, small] = [image(10), image(5)];
  for (const [index, each] of [large, large, large, small].entries()) kept.add(index, each);
  expect([0, 1, 2, 3].map((index) => kept.get(index))).toEqual([large, large, undefined, small]);
});
