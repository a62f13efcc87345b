import { expect, it } from 'vitest';
import { turnQuarters } from './quarter-turn.ts';

const SHAPE = { height: 3, width: 3, channels: 1 } as const;
const NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9];

function turned(
  image: readonly number[],
  turns: number,
  shape: { height: number; width: number; channels: 1 | 3 },
) {
  const batch = Uint8Array.from([99, ...image, 99]);
  turnQuarters(batch, 1, shape, turns, new Uint8Array(image.length));
  expect([batch[0], batch.at(-1)]).toEqual([99, 99]);
  return [...batch.subarray(1, -1)];
}

it.each([
  [0, NINE],
  [1, [3, 6, 9, 2, 5, 8, 1, 4, 7]],
  [2, [9, 8, 7, 6, 5, 4, 3, 2, 1]],
  [3, [7, 4, 1, 8, 5, 2, 9, 6, 3]],
])('%i quarters counter-clockwise', (turns, expected) => {
  expect(turned(NINE, turns, SHAPE)).toEqual(expected);
});

it('keeps the channels of a pixel together', () => {
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const expected = [4, 5, 6, 10, 11, 12, 1, 2, 3, 7, 8, 9];
  expect(turned(image, 1, { height: 2, width: 2, channels: 3 })).toEqual(expected);
});
