import { describe, expect, it } from 'vitest';
import { createSweepClock } from './estimate.ts';

/** A clock that is set by hand, in seconds. */
function createHand() {
  let seconds = 0;
  return { now: () => seconds * 1000, set: (value: number) => (seconds = value) };
}

describe('the time that a sweep will take', () => {
  it('is not known before anything has happened', () => {
    const clock = createSweepClock(1, [], createHand().now);
    clock.start('a');
    expect(clock.secondsLeft(3)).toBeNull();
  });

  it('comes from the pace of the first run, then from those that are finished', () => {
    const hand = createHand();
    const clock = createSweepClock(1, [], hand.now);
    clock.start('a');
    clock.progress('a', 0);
    hand.set(5);
    clock.progress('a', 0.5);
    // 10 s a run: half of this one and three more.
    expect(clock.secondsLeft(3)).toBeCloseTo(35);
    hand.set(12);
    clock.finish('a', true);
    expect(clock.secondsLeft(3)).toBeCloseTo(36);
    clock.start('b');
    expect(clock.secondsLeft(2)).toBeCloseTo(36);
  });

  it('does not take the reading of images for the pace of steps', () => {
    const hand = createHand();
    const clock = createSweepClock(1, [], hand.now);
    clock.start('a');
    // A minute for the images and the first step, then ten steps of a thousand a second.
    hand.set(60);
    clock.progress('a', 0.001);
    hand.set(60.1);
    clock.progress('a', 0.002);
    expect(clock.secondsLeft(0)).toBeNull();
    hand.set(70);
    clock.progress('a', 0.101);
    expect(clock.secondsLeft(0)).toBeCloseTo(89.9);
    // Each that waits reads its images, too.
    expect(clock.secondsLeft(2)).toBeCloseTo(89.9 + 2 * 160);
  });

  it('is shared by runs at a time, but never by more than there are', () => {
    const hand = createHand();
    const clock = createSweepClock(4, [], hand.now);
    clock.start('a');
    clock.progress('a', 0);
    hand.set(10);
    clock.finish('a', true);
    expect(clock.secondsLeft(8)).toBeCloseTo(20);
    expect(clock.secondsLeft(2)).toBeCloseTo(10);
    expect(clock.secondsLeft(0)).toBe(0);
  });

  it('does not take a failure or the rest of a resumed run for a whole one', () => {
    const hand = createHand();
    const clock = createSweepClock(1, [30], hand.now);
    clock.start('failed');
    clock.progress('failed', 0);
    hand.set(1);
    clock.finish('failed', false);
    clock.start('resumed');
    clock.progress('resumed', 0.9);
    hand.set(2);
    clock.finish('resumed', true);
    expect(clock.secondsLeft(2)).toBeCloseTo(60);
  });
});
