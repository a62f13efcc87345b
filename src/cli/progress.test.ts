import { describe, expect, it } from 'vitest';
import type { TrainEvent } from '../train/progress.ts';
import { createProgress, describeEvent } from './progress.ts';

const step: TrainEvent = {
  kind: 'step',
  epoch: 2,
  numEpochs: 4,
  step: 5,
  stepsPerEpoch: 10,
  loss: 0.01234,
  rate: 1e-3,
  imagesPerSecond: 12345.6,
  secondsLeft: 61,
  validation: { accuracy: 0.98765, threshold: 0.5, positiveDistance: 0.1, negativeDistance: 1 },
};
const record = {
  epoch: 2,
  step: 20,
  loss: 0.01,
  rate: 1e-3,
  diagnostics: {},
  validation: step.validation!,
  isBest: true,
  seconds: 3,
  imagesPerSecond: 1000,
};
const epoch: TrainEvent = { kind: 'epoch', record, records: [record], numEpochs: 4 };

/** A stream that keeps what is written. */
function createStream(isTTY: boolean) {
  let text = '';
  const stream = {
    isTTY,
    columns: 60,
    write(part: string) {
      text += part;
      return true;
    },
  };
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}

describe('describeEvent', () => {
  it('says where training stands', () => {
    expect(describeEvent(step, false)).toBe(
      'epoch 2/4  step 5/10  loss 0.01234  12,346 images/s  1 min 1 s left  validation accuracy 0.9877',
    );
    expect(describeEvent(step, true)).toContain(`${'━'.repeat(10)}${'─'.repeat(10)}`);
    expect(describeEvent(epoch, false)).toBe(
      'epoch 2/4  loss 0.01  validation accuracy 0.9877 (best)  1,000 images/s',
    );
  });
});

describe('createProgress', () => {
  it('redraws one line where a person watches, cut to the terminal', () => {
    const { stream, text } = createStream(true);
    let time = 0;
    const progress = createProgress(stream, { quiet: false, now: () => time });
    progress.onEvent(step);
    const [line] = text().split('\r');
    expect([...line]).toHaveLength(59);
    time = 50;
    progress.onEvent(step);
    expect(text()).toBe(line); // too soon
    time = 150;
    progress.onEvent(step);
    expect(text()).toBe(`${line}\r\u001b[2K${line}`);
    progress.onEvent({ kind: 'warning', message: 'mind' });
    expect(text().endsWith('\r\u001b[2Kwarning: mind\n')).toBe(true);
    progress.stop();
    expect(text().endsWith('mind\n')).toBe(true);
  });

  it('writes a plain line every few seconds elsewhere', () => {
    const { stream, text } = createStream(false);
    let time = 0;
    const progress = createProgress(stream, { quiet: false, now: () => time });
    for (; time < 12_000; time += 100) progress.onEvent(step);
    expect(text().split('\n')).toHaveLength(3);
    expect(text()).not.toContain('\u001b');
  });

  it('tells nothing but warnings when it is to be quiet', () => {
    const { stream, text } = createStream(false);
    const progress = createProgress(stream, { quiet: true, now: () => 1e9 });
    for (const event of [step, epoch]) progress.onEvent(event);
    progress.onEvent({ kind: 'warning', message: 'mind' });
    expect(text()).toBe('warning: mind\n');
  });
});
