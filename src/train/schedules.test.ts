import { expect, it } from 'vitest';
import { nodeRuntime, runOn } from '../../test/gradcheck.ts';
import { compile } from '../graph/compile.ts';
import { reshape } from '../graph/ops/reshape.ts';
import { input } from '../graph/ops/source.ts';
import {
  constantRate,
  cosineRate,
  createSchedule,
  type Schedule,
  stepRate,
  withWarmUp,
} from './schedules.ts';

/** The rates at several counts of steps done. */
async function ratesOf(schedule: Schedule, counts: readonly number[]): Promise<number[]> {
  const count = input('count', 'float32', []);
  const { bytes, inputs } = compile({ rate: reshape(schedule(count), [1]) });
  const rates: number[] = [];
  for (const value of counts) {
    const fed = { count: { tensor: count, values: [value] } };
    rates.push((await runOn(nodeRuntime, bytes, 'count' in inputs ? fed : {})).rate[0]);
  }
  return rates;
}

it('constant stays', async () => {
  expect(await ratesOf(constantRate(0.3), [0, 7, 1e6])).toBeAllClose([0.3, 0.3, 0.3]);
});

it('cosine falls along half a wave, to its floor, and stays there', async () => {
  const rate = 0.2;
  const expected = [0, 1, 25, 50, 75, 99, 100, 101, 5000].map((count) => {
    const phase = Math.min(count / 100, 1) * Math.PI;
    return rate * (0.05 + (0.95 * (1 + Math.cos(phase))) / 2);
  });
  const received = await ratesOf(cosineRate(rate, 100, 0.05), [0, 1, 25, 50, 75, 99, 100, 101, 5000]);
  expect(received).toBeAllClose(expected, { rtol: 1e-4 });
  expect(received[0]).toBeCloseTo(rate, 6);
  expect(received.at(-1)).toBeCloseTo(0.05 * rate, 6);
});

it('step falls by its factor after every so many steps, and not before', async () => {
  const received = await ratesOf(stepRate(1, 10, 0.5), [0, 9, 10, 19, 20, 35]);
  expect(received).toBeAllClose([1, 1, 0.5, 0.5, 0.25, 0.125]);
});

it('warm-up climbs in a straight line, then leaves the schedule alone', async () => {
  const schedule = withWarmUp(constantRate(0.8), 4);
  expect(await ratesOf(schedule, [0, 1, 2, 3, 4, 9])).toBeAllClose([0.2, 0.4, 0.6, 0.8, 0.8, 0.8]);
  const [alone, warmed] = [cosineRate(1, 10), withWarmUp(cosineRate(1, 10), 2)];
  expect((await ratesOf(warmed, [0]))[0]).toBeCloseTo((await ratesOf(alone, [0]))[0] / 2, 6);
  expect(await ratesOf(warmed, [5])).toEqual(await ratesOf(alone, [5]));
});

it('a named schedule reckons in the epochs of its run', async () => {
  const run = { stepsPerEpoch: 5, numEpochs: 4 };
  const config = { learningRate: 0.1, warmUpSteps: 0, stepEpochs: 2 };
  const named = (schedule: 'cosine' | 'constant' | 'step') => createSchedule({ ...config, schedule }, run);
  expect(await ratesOf(named('step'), [0, 9, 10, 20])).toBeAllClose([0.1, 0.1, 0.01, 0.001], { rtol: 1e-4 });
  expect(await ratesOf(named('cosine'), [3, 20])).toEqual(await ratesOf(cosineRate(0.1, 20), [3, 20]));
  expect(await ratesOf(named('constant'), [19])).toBeAllClose([0.1]);
  const warmed = createSchedule({ ...config, schedule: 'constant', warmUpSteps: 10 }, run);
  expect(await ratesOf(warmed, [0])).toBeAllClose([0.01]);
});
