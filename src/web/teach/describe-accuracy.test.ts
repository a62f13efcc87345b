import { expect, it } from 'vitest';
import { describeAccuracy } from './describe-accuracy.ts';
import { intervalByImages } from './honest-interval.ts';

const validation = { accuracy: intervalByImages(0.9, 320, 10), numImages: 10 };
const facts = { numPairs: 9600, majority: 0.5, rawPixels: 0.664, base: null };

it('tells a number with what it has to beat, and its range', () => {
  const accuracy = { ...facts, ...intervalByImages(0.9785, 9600, 300), numImages: 300 };
  expect(describeAccuracy(accuracy, validation)).toBe(
    'It tells 98 of 100 pairs right, of 300 images that it had not seen; by chance it would be 50, and by comparing bare ' +
      'pixels 66. With other images of the same kind it would be from 96 to 99.',
  );
});

it('says what the model that it started from sees by itself', () => {
  const accuracy = { ...facts, base: 0.812, ...intervalByImages(0.9, 9600, 300), numImages: 300 };
  expect(describeAccuracy(accuracy, validation)).toContain(
    'by chance it would be 50, by comparing bare pixels 66, and by what the model that it started from sees 81.',
  );
});

it('says how little a perfect number of few images means', () => {
  const accuracy = { ...facts, ...intervalByImages(1, 256, 8), numImages: 8 };
  // Wilson's interval of 8 of 8: its lower end is 8 / (8 + 1.96²).
  expect(accuracy.low).toBeCloseTo(8 / (8 + 1.959964 ** 2), 6);
  expect(describeAccuracy(accuracy, validation)).toContain(
    'So few images say little: it may really be anything from 68 to 100. Add images',
  );
});

it('says so where nothing could be measured', () => {
  expect(describeAccuracy(null, validation)).toMatch(/^There were too few images to measure/);
});
