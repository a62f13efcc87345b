import { expect, it } from 'vitest';
import { describeCollapse } from './collapse.ts';
import type { EpochRecord, Validation } from './progress.ts';

function record(loss: number, validation: Partial<Validation>): EpochRecord {
  const full = { accuracy: 0.9, threshold: 0.5, positiveDistance: 0.2, negativeDistance: 1, ...validation };
  const rest = {
    epoch: 1,
    step: 10,
    rate: 0.1,
    diagnostics: {},
    isBest: true,
    seconds: 1,
    imagesPerSecond: 9,
  };
  return { ...rest, loss, validation: full };
}

it('is silent while learning goes on', () => {
  expect(describeCollapse([], 1)).toBeUndefined();
  expect(describeCollapse([record(0.5, {})], 1)).toBeUndefined();
  expect(
    describeCollapse([record(0.5, { accuracy: 0.5 }), record(0.4, { accuracy: 0.55 })], 1),
  ).toBeUndefined();
});

it('is silent when a good model has nothing more to learn', () => {
  expect(describeCollapse([record(0.1, {}), record(0.1, {})], 1)).toBeUndefined();
});

it('sees that everything lies at one point, by the margin', () => {
  const near = { negativeDistance: 0.04, positiveDistance: 0.03, accuracy: 0.5 };
  expect(describeCollapse([record(0.5, near)], 1)).toMatch(/collapsed.*0\.040 apart.*0\.030/);
  expect(describeCollapse([record(0.5, near)], 0.2)).toBeUndefined();
});

it('sees the spread go, and says what to do about triplets that are too hard', () => {
  const withSpread = (embeddingSpread: number, activeShare: number): EpochRecord => ({
    ...record(0.5, {}),
    diagnostics: { embeddingSpread, activeShare },
  });
  expect(describeCollapse([withSpread(0.2, 0.9), withSpread(0.021, 0.9)], 1)).toBeUndefined();
  const message = describeCollapse([withSpread(0.2, 0.9), withSpread(0.019, 0.97)], 1);
  expect(message).toMatch(/collapsing.*from 0\.20 to 0\.019.*97 % .*--loss auto/);
  expect(describeCollapse([withSpread(0.2, 0.9), withSpread(0.019, 0.5)], 1)).toMatch(
    /lower --learning-rate/,
  );
});

it('sees a loss that stands still at chance', () => {
  const chance = { accuracy: 0.51 };
  const message = describeCollapse([record(0.9, {}), record(0.5, chance), record(0.4999, chance)], 1);
  expect(message).toMatch(/stands still at 0\.500.*51\.0 %/);
});

it('looks at the last epochs alone', () => {
  const collapsed = record(0.5, { negativeDistance: 0, positiveDistance: 0, accuracy: 0.5 });
  expect(describeCollapse([collapsed, collapsed, record(0.3, {})], 1)).toBeUndefined();
});
