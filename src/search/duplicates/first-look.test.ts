import { expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import type { ImageFacts } from '../../data/inspect/index.ts';
import { correlateLooks, isWorthReading } from './first-look.ts';

const WHOLE = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };
const random = createRandom('looks');
const waves = Array.from({ length: 8 }, () => Array.from({ length: 3 }, () => 40 * random.uniform() - 20));
const scene = (x: number, y: number) =>
  waves.reduce((sum, [u, v, phase]) => sum + Math.sin(u * x + v * y + phase), 0);
const patch = (place: (x: number, y: number) => number) =>
  Int8Array.from(
    { length: 256 },
    (_, i) => 14 * place(((i % 16) + 0.5) / 16, (Math.floor(i / 16) + 0.5) / 16),
  );

it('correlates what lies on each other, wherever one was cut, and however bright', () => {
  const [whole, crop] = [patch(scene), patch((x, y) => 1 + scene(0.2 + 0.7 * x, 0.1 + 0.7 * y) / 2)];
  expect(correlateLooks(whole, whole, WHOLE)).toBeCloseTo(1, 12);
  expect(correlateLooks(crop, whole, { ...WHOLE, xx: 0.7, yy: 0.7, x0: 0.2, y0: 0.1 })).toBeGreaterThan(0.98);
  expect(correlateLooks(crop, whole, WHOLE)).toBeLessThan(0.9);
  expect(correlateLooks(whole, whole, { ...WHOLE, x0: 2 })).toBe(0);
  expect(correlateLooks(whole, new Int8Array(256), WHOLE)).toBe(0);
});

it('sends on what one guess speaks for, also in the mirror', () => {
  const facts = [patch(scene), patch((x, y) => scene(1 - x, y)), patch((x, y) => scene(y + 3.3, 2 * x))].map(
    (look) => ({ look: { patch: look } }) as ImageFacts,
  );
  const ask = (b: number, isMirrored: boolean, guesses = [WHOLE]) =>
    isWorthReading({ a: 0, b, votes: 1, isMirrored, guesses }, facts);
  expect(ask(1, true)).toBe(true);
  expect(ask(1, true, [{ ...WHOLE, x0: 2 }, WHOLE])).toBe(true);
  expect([ask(1, false), ask(2, false), ask(2, true)]).toEqual([false, false, false]);
});
