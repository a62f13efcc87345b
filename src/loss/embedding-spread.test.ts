import { test } from 'vitest';
import { checkOp } from '../../test/gradcheck.ts';
import { embeddingSpread } from './embedding-spread.ts';

function check(shape: readonly number[], values?: readonly number[]) {
  const [length, size] = shape;
  return checkOp({
    operands: [{ shape, values }],
    valuesOnly: true,
    build: embeddingSpread,
    oracle: (x) => {
      let sum = 0;
      for (let k = 0; k < size; k++) {
        const column = Array.from({ length }, (_, i) => x[i * size + k]);
        const mean = column.reduce((total, value) => total + value, 0) / length;
        sum += Math.sqrt(column.reduce((total, value) => total + (value - mean) ** 2, 0) / length);
      }
      return [sum / size];
    },
  });
}

test('against the definition', () => check([6, 4]));
test('equal points', () => check([3, 2], [1, 2, 1, 2, 1, 2]));
test('one point', () => check([1, 3]));
test('a small spread far from 0', () => check([3, 1], [100, 100.5, 101]));
