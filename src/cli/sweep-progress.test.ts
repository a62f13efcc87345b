import { describe, expect, it } from 'vitest';
import type { PlannedRun } from '../jobs/sweep/plan.ts';
import type { SweepEvent, SweepPlace } from '../jobs/sweep/sweep.ts';
import { createSweepProgress } from './sweep-progress.ts';

const run = (configuration: string, seed: number) =>
  ({ configuration, seed, folder: `${configuration}/${seed}` }) as PlannedRun;
const place = (number: number, numDone: number, secondsLeft: number | null = 3700): SweepPlace => ({
  number,
  numRuns: 24,
  numDone,
  secondsLeft,
});
const step = (of: PlannedRun, at: SweepPlace, steps = 5): SweepEvent => ({
  kind: 'train',
  run: of,
  place: at,
  event: {
    kind: 'step',
    epoch: 2,
    numEpochs: 4,
    step: steps,
    stepsPerEpoch: 10,
    loss: 0.0123,
    rate: 1e-3,
    imagesPerSecond: 1000,
    secondsLeft: 61,
  },
});
const failed = (of: PlannedRun, at: SweepPlace) =>
  ({
    kind: 'end',
    run: of,
    place: at,
    outcome: { kind: 'failed', failure: { code: 'E_NAN', message: 'diverged' } },
  }) as SweepEvent;

function createStream(isTTY: boolean, columns = 200) {
  let text = '';
  const write = (part: string) => {
    text += part;
    return true;
  };
  return { stream: { isTTY, columns, write } as unknown as NodeJS.WriteStream, text: () => text };
}

describe('the progress of a sweep', () => {
  it('is one line where a person watches: which run of how many, time left, and how it goes', () => {
    const { stream, text } = createStream(true);
    let seconds = 0;
    const { onEvent, stop } = createSweepProgress(stream, { quiet: false, now: () => seconds++ * 1000 });
    onEvent({ kind: 'plan', numConfigurations: 8, numSeeds: 3, numRuns: 24, numFinished: 2 });
    onEvent({ kind: 'start', run: run('F1', 3), place: place(3, 2) });
    onEvent(step(run('F1', 3), place(3, 2)));
    expect(text()).toContain('8 configurations, 3 seeds: 24 runs, 2 finished before\n');
    expect(text()).toMatch(/run 3\/24 {2}F1, seed 3, 1 h 1 min left in all {2}│ epoch 2\/4 .*step 5\/10/);
    onEvent({ kind: 'start', run: run('F2', 1), place: place(4, 2) });
    onEvent(step(run('F2', 1), place(4, 2), 10));
    expect(text()).toMatch(
      /2\/24 runs done, 1 h 1 min left in all {2}│ F1, seed 3 37 % {2}│ F2, seed 1 50 %$/,
    );
    stop();
    expect(text().endsWith('\r\u001b[2K')).toBe(true);
  });

  it('is a plain line now and then where nobody does, and failures are told even when it is quiet', () => {
    const watched = createStream(false);
    let seconds = 0;
    const progress = createSweepProgress(watched.stream, { quiet: false, now: () => seconds * 1000 });
    progress.onEvent({ kind: 'start', run: run('F1', 1), place: place(1, 0, null) });
    for (seconds = 1; seconds <= 60; seconds++) progress.onEvent(step(run('F1', 1), place(1, 0, null)));
    expect(watched.text().match(/^run 1\/24 {2}F1, seed 1 {2}│ epoch 2\/4/gm)).toHaveLength(2);

    const quiet = createStream(false);
    const silent = createSweepProgress(quiet.stream, { quiet: true, now: () => seconds * 1000 });
    silent.onEvent({ kind: 'start', run: run('F1', 1), place: place(1, 0) });
    silent.onEvent(step(run('F1', 1), place(1, 0)));
    expect(quiet.text()).toBe('');
    silent.onEvent(failed(run('F1', 1), place(1, 1)));
    expect(quiet.text()).toBe('failed: 1 of 24  F1, seed 1: E_NAN: diverged\n');
  });
});
