import { expect, test } from 'vitest';
import { createStageLine } from './stage-line.ts';

test('a stage tells its rate and the time left from where it began, each stage by itself', () => {
  let ms = 0;
  const describe = createStageLine({ images: 'reading' }, { now: () => ms, bar: (share) => `[${share}] ` });
  expect(describe({ stage: 'images', done: 100, total: 400 })).toBe('reading  [0.25] 100 of 400');
  ms = 2000;
  expect(describe({ stage: 'images', done: 200, total: 400 })).toBe(
    'reading  [0.5] 200 of 400  50 a second  4.0 s left',
  );
  expect(describe({ stage: 'other', done: 1, total: 2 })).toBe('other  [0.5] 1 of 2');
});
