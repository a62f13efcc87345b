import { expect, test } from 'vitest';
import { createFillClock } from './fill-clock.ts';

/** A clock and how many milliseconds it was told have passed. */
function clockAt(numWarmUp: number, numMeasured: number) {
  const time = { ms: 5 };
  return { time, clock: createFillClock({ numWarmUp, numMeasured, now: () => time.ms }) };
}

test('what is done before all is warm does not count', () => {
  const { time, clock } = clockAt(4, 6);
  time.ms += 9000;
  clock.add(3);
  time.ms += 700;
  clock.add(3);
  expect(clock.secondsFor(10)).toBeUndefined();
  time.ms += 100;
  clock.add(5);
  expect(clock.secondsFor(10)).toBeUndefined();
  time.ms += 40;
  clock.add(2);
  expect(clock.secondsFor(10)).toBeCloseTo(0.2);
  // Once told, it stays.
  time.ms += 1e6;
  clock.add(100);
  expect(clock.secondsFor(1)).toBeCloseTo(0.02);
  expect(clock.secondsFor(0)).toBe(0);
});

test('too few rows tell nothing', () => {
  const { time, clock } = clockAt(4, 6);
  time.ms += 50;
  clock.add(4);
  clock.add(5);
  expect(clock.secondsFor(1)).toBeUndefined();
});
