import { expect, it } from 'vitest';
import { listImages } from './list-images.ts';

const file = (name: string) => new File(['x'], name);

it('lists images in the order of a folder of the same files, and knows where each was given', () => {
  const listed = listImages([
    { name: 'mugs', images: [file('b.png'), file('B.png'), file('a.png')] },
    { name: 'bowls', images: [file('2.png'), file('10.png')] },
  ]);
  expect(listed.map(({ id }) => id)).toEqual([
    ...['bowls/10.png', 'bowls/2.png'],
    ...['mugs/B.png', 'mugs/a.png', 'mugs/b.png'],
  ]);
  expect(listed.map(({ place }) => [place.group, place.image])).toEqual([
    [1, 1],
    [1, 0],
    [0, 1],
    [0, 2],
    [0, 0],
  ]);
});

it('numbers images without a name, and those whose name is taken', () => {
  const listed = listImages([
    { name: 'mugs', images: [new Blob(['x']), file('a.png'), file('a.png')] },
    { name: 'bowls', images: [new Blob(['x']), new Blob(['y'])] },
  ]);
  const ids = listed.map(({ id }) => id);
  expect(new Set(ids).size).toBe(5);
  expect(ids).toContain('mugs/a.png');
  expect(ids).toContain('mugs/3 a.png');
  expect(ids).toContain('bowls/1');
});
