import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import type { Checkpoint, CheckpointFolder } from './checkpoints.ts';
import type { Feeder } from './feeder.ts';
import { type LoopParts, type LoopResult, trainLoop } from './loop.ts';
import type { TrainEvent, Validation } from './progress.ts';
import type { Stepper } from './stepper.ts';

const STEPS_PER_EPOCH = 4;

/** Counts its steps in its state, and reports what each step is told to. */
function fakeStepper(lossAt: (step: number) => number = (step) => 1 / (step + 1)): Stepper {
  let weight = new Float32Array(2);
  return {
    async run({ images }) {
      const step = weight[0];
      // The second number depends on all that was fed, in order.
      weight = Float32Array.of(step + 1, (weight[1] * 7 + images[0]) % 1009);
      return { loss: lossAt(step), rate: 0.1, activeShare: step };
    },
    read: () => new Map([['weight', weight.slice()]]),
    write(state) {
      weight = state.get('weight')!.slice();
    },
    async close() {},
  };
}

const feeder: Feeder = {
  stepsPerEpoch: STEPS_PER_EPOCH,
  imagesPerStep: 10,
  async *batches(epoch, first) {
    for (let place = first; place < STEPS_PER_EPOCH; place++) {
      const random = createRandom(`${epoch}/${place}`);
      yield { images: Uint8Array.of(random.bits() & 255), random };
    }
  },
};

function memoryFolder() {
  const saved = new Map<string, Checkpoint>();
  const order: string[] = [];
  const folder: CheckpointFolder = {
    async save(which, checkpoint) {
      order.push(which);
      // As a file would: nothing that is changed later may be seen through it.
      saved.set(which, { state: new Map(checkpoint.state), progress: structuredClone(checkpoint.progress) });
    },
    load: async (which) => saved.get(which),
  };
  return { folder, saved, order };
}

/** Validation accuracies epoch by epoch, read off the number of steps in the state. */
const validateWith =
  (accuracies: readonly number[]) =>
  async (state: ReadonlyMap<string, Float32Array>): Promise<Validation> => ({
    accuracy: accuracies[state.get('weight')![0] / STEPS_PER_EPOCH - 1],
    threshold: 0.5,
    positiveDistance: 0.1,
    negativeDistance: 1,
  });

function partsOf(changes: Partial<LoopParts> = {}): LoopParts {
  return {
    stepper: fakeStepper(),
    feeder,
    numEpochs: 3,
    validate: validateWith([0.7, 0.8, 0.9, 0.95]),
    margin: 1,
    identity: 'run',
    ...changes,
  };
}

async function runLoop(parts: LoopParts) {
  const events: TrainEvent[] = [];
  const loop = trainLoop(parts);
  let next = await loop.next();
  for (; !next.done; next = await loop.next()) events.push(next.value);
  return { events, result: next.value };
}

/** Records without what the clock says. */
const timeless = ({ records }: LoopResult) =>
  records.map(({ seconds: _seconds, imagesPerSecond: _rate, ...record }) => record);

describe('the loop', () => {
  it('tells of each step, then of the epoch', async () => {
    const { events, result } = await runLoop(partsOf());
    const epoch = ['step', 'step', 'step', 'step', 'epoch'];
    expect(events.map(({ kind }) => kind)).toEqual([...epoch, ...epoch, ...epoch]);
    const steps = events.filter((event) => event.kind === 'step');
    expect(steps.map(({ epoch: e, step }) => [e, step]).slice(3, 6)).toEqual([
      [1, 4],
      [2, 1],
      [2, 2],
    ]);
    // The running mean begins anew in each epoch.
    expect(steps[1].loss).toBeCloseTo((1 + 1 / 2) / 2, 9);
    expect(steps[4].loss).toBeCloseTo(1 / 5, 9);
    expect(steps[3].validation).toBeUndefined();
    expect(steps[4].validation?.accuracy).toBe(0.7);
    expect(timeless(result)[1]).toEqual({
      epoch: 2,
      step: 8,
      loss: (1 / 5 + 1 / 6 + 1 / 7 + 1 / 8) / 4,
      rate: 0.1,
      diagnostics: { activeShare: 5.5 },
      validation: { accuracy: 0.8, threshold: 0.5, positiveDistance: 0.1, negativeDistance: 1 },
      isBest: true,
    });
  });

  it('gives out the best epoch, not the last; the first of equals', async () => {
    const { result } = await runLoop(partsOf({ numEpochs: 4, validate: validateWith([0.7, 0.9, 0.9, 0.6]) }));
    expect(timeless(result).map(({ isBest }) => isBest)).toEqual([true, true, false, false]);
    expect(result.best.get('weight')![0]).toBe(2 * STEPS_PER_EPOCH);
  });

  it('stops when patience is over, and says so', async () => {
    const validate = validateWith([0.7, 0.9, 0.8, 0.9, 0.95]);
    const { events, result } = await runLoop(partsOf({ numEpochs: 5, patience: 2, validate }));
    expect(result.records.length).toBe(4);
    expect(events.at(-1)).toEqual({ kind: 'stop', reason: expect.stringContaining('2 epochs') });
    expect(result.best.get('weight')![0]).toBe(2 * STEPS_PER_EPOCH);
    const patient = await runLoop(partsOf({ numEpochs: 5, patience: 3, validate }));
    expect(patient.result.records.length).toBe(5);
    expect(patient.events.some(({ kind }) => kind === 'stop')).toBe(false);
  });

  it('warns after the epoch in which everything fell together', async () => {
    const collapsed = { accuracy: 0.5, threshold: 0.5, positiveDistance: 0.001, negativeDistance: 0.001 };
    const { events } = await runLoop(partsOf({ numEpochs: 3, validate: async () => collapsed }));
    const told = events.map(({ kind }) => kind).filter((kind) => kind !== 'step');
    // Once: nobody reads it the sixtieth time.
    expect(told).toEqual(['epoch', 'warning', 'epoch', 'epoch']);
  });

  it('saves the best, then the last, at the end of each epoch', async () => {
    const { folder, order, saved } = memoryFolder();
    await runLoop(partsOf({ checkpoints: folder, validate: validateWith([0.7, 0.6, 0.9]) }));
    expect(order).toEqual(['best', 'last', 'last', 'best', 'last']);
    expect(saved.get('last')!.progress).toMatchObject({
      epoch: 3,
      stepInEpoch: 0,
      sums: {},
      identity: 'run',
    });
  });
});

describe('a loss that is no number', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('%s stops the run at once, by place', async (bad) => {
    const { folder, saved } = memoryFolder();
    const stepper = fakeStepper((step) => (step === 6 ? bad : 1));
    await expect(runLoop(partsOf({ stepper, checkpoints: folder, checkpointSeconds: 0 }))).rejects.toThrow(
      expect.objectContaining({
        code: 'E_NAN',
        details: { epoch: 2, step: 3 },
        message: expect.stringMatching(/--learning-rate.*checkpoints/),
      }),
    );
    expect(saved.get('last')!.state.get('weight')![0]).toBe(6);
  });

  it('is seen in the parameters before they are measured or saved', async () => {
    for (const spoiltAt of [2, STEPS_PER_EPOCH]) {
      const { folder, saved } = memoryFolder();
      const stepper = fakeStepper(() => 1);
      const read = () => {
        const state = stepper.read();
        if (state.get('weight')![0] === spoiltAt) state.get('weight')![1] = Number.NaN;
        return state;
      };
      const parts = partsOf({ stepper: { ...stepper, read }, checkpoints: folder, checkpointSeconds: 0 });
      await expect(runLoop(parts)).rejects.toThrow(
        expect.objectContaining({ code: 'E_NAN', details: { epoch: 1, step: spoiltAt } }),
      );
      expect(saved.get('last')!.state.get('weight')![0]).toBe(spoiltAt - 1);
    }
  });
});

describe('a run that was broken off', () => {
  it.each([1, 2, 4, 5, 7, 11])('after %i steps goes on as if it had not been', async (numSteps) => {
    const validate = validateWith([0.7, 0.9, 0.8]);
    const whole = await runLoop(partsOf({ validate }));

    const { folder } = memoryFolder();
    const broken = trainLoop(partsOf({ validate, checkpoints: folder, checkpointSeconds: -1 }));
    for (let seen = 0; seen < numSteps; ) {
      const { value } = await broken.next();
      if ((value as TrainEvent).kind === 'step') seen++;
    }
    const resumeFrom = await folder.load('last');
    const stepper = fakeStepper();
    const { result } = await runLoop(partsOf({ validate, stepper, checkpoints: folder, resumeFrom }));
    expect(timeless(result)).toEqual(timeless(whole.result));
    expect(result.best).toEqual(whole.result.best);
    expect((await folder.load('last'))!.progress.epoch).toBe(3);
  });

  it('and lost its best epoch since, says so', async () => {
    const { folder, saved } = memoryFolder();
    await runLoop(partsOf({ numEpochs: 1, checkpoints: folder }));
    saved.delete('best');
    const resumed = runLoop(partsOf({ checkpoints: folder, resumeFrom: await folder.load('last') }));
    await expect(resumed).rejects.toMatchObject({ code: 'E_CHECKPOINT' });
  });

  it('counts the seconds of before', async () => {
    const { folder } = memoryFolder();
    await runLoop(partsOf({ numEpochs: 1, checkpoints: folder }));
    const { state, progress } = (await folder.load('last'))!;
    const resumeFrom = { state, progress: { ...progress, seconds: 1000 } };
    const { result } = await runLoop(partsOf({ checkpoints: folder, resumeFrom }));
    expect(result.records[1].seconds).toBeGreaterThan(1000);
    expect(result.records[1].imagesPerSecond).toBeGreaterThan(10);
  });

  it('that was finished trains no further, and still gives its best', async () => {
    const { folder } = memoryFolder();
    const whole = await runLoop(partsOf({ checkpoints: folder, validate: validateWith([0.9, 0.8, 0.7]) }));
    const again = await runLoop(partsOf({ checkpoints: folder, resumeFrom: await folder.load('last') }));
    expect(again.events).toEqual([]);
    expect(again.result.best).toEqual(whole.result.best);
    expect(again.result.records).toEqual(whole.result.records);
  });

  it('by its signal saves where it stands first', async () => {
    const { folder } = memoryFolder();
    const abort = new AbortController();
    const loop = trainLoop(partsOf({ checkpoints: folder, signal: abort.signal }));
    await loop.next();
    await loop.next();
    abort.abort(new Error('enough'));
    await expect(loop.next()).rejects.toThrow('enough');
    expect((await folder.load('last'))!.progress).toMatchObject({ epoch: 0, stepInEpoch: 2 });
  });
});
