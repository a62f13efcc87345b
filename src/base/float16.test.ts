import { describe, expect, it } from 'vitest';
import { areFinite16, fromFloat16, toFloat16 } from './float16.ts';
import { createRandom } from './random.ts';

const ALL = Uint16Array.from({ length: 65536 }, (_, i) => i);

/** What the bits stand for, by the text of the standard. */
function oracle(bits: number): number {
  const text = bits.toString(2).padStart(16, '0');
  const exponent = Number.parseInt(text.slice(1, 6), 2);
  const fraction = Number.parseInt(text.slice(6), 2) / 1024;
  const size = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
  return text[0] === '1' ? -size : size;
}

const FINITE = [...ALL].filter((bits) => (bits & 0x7c00) !== 0x7c00);

describe('float16', () => {
  it('stands for what the standard says, and comes back as it was', () => {
    const numbers = fromFloat16(ALL);
    expect(FINITE.filter((bits) => !Object.is(numbers[bits], oracle(bits)))).toEqual([]);
    expect([numbers[0x7c00], numbers[0xfc00], numbers[0x7e00]]).toEqual([Infinity, -Infinity, Number.NaN]);
    const back = toFloat16(numbers);
    expect([...FINITE, 0x7c00, 0xfc00].filter((bits) => back[bits] !== bits)).toEqual([]);
  });

  it('is the nearest, the even one of two', () => {
    const positive = FINITE.filter((bits) => bits < 0x8000).map(oracle);
    const random = createRandom('half');
    const values = Float32Array.from({ length: 4000 }, (_, i) => {
      if (i % 4 === 0) return (positive[i] + positive[i + 1]) / 2; // Ties.
      return random.normal() * 10 ** (random.integer(13) - 8);
    }).filter((value) => Math.abs(value) < 65504);
    const got = fromFloat16(toFloat16(values));
    for (const [i, value] of values.entries()) {
      const size = Math.abs(value);
      let best = 0;
      for (let low = 0, high = positive.length - 1; low <= high; ) {
        const mid = (low + high) >> 1;
        if (positive[mid] <= size) {
          best = mid;
          low = mid + 1;
        } else high = mid - 1;
      }
      const [below, above] = [size - positive[best], (positive[best + 1] ?? Infinity) - size];
      const expected = above < below || (above === below && best % 2 === 1) ? best + 1 : best;
      expect(Math.abs(got[i])).toBe(positive[expected]);
    }
  });

  it('knows what it cannot hold', () => {
    const bits = toFloat16(Float32Array.of(65504, 65519, 65520, 1e9, -1e9, Number.NaN, 1e-30, -0));
    expect([...fromFloat16(bits)]).toEqual([65504, 65504, Infinity, Infinity, -Infinity, Number.NaN, 0, -0]);
    expect(areFinite16(bits)).toBe(false);
    expect(areFinite16(bits.subarray(0, 2))).toBe(true);
  });
});
