import { SamesameError } from '../base/errors.ts';
import type { Checkpoint, CheckpointFolder } from './checkpoints.ts';
import { describeCollapse } from './collapse.ts';
import type { Feeder } from './feeder.ts';
import type { EpochRecord, RunProgress, TrainEvent, Validation } from './progress.ts';
import type { Stepper } from './stepper.ts';

export interface LoopParts {
  readonly stepper: Stepper;
  readonly feeder: Feeder;
  readonly numEpochs: number;
  /** Measures a state of the network. The least loss where there is one, else the best accuracy, in episodes where there are some, decides which state is given out. */
  readonly validate: (state: ReadonlyMap<string, Float32Array>) => Promise<Validation>;
  /** Stop after so many epochs without a better one. Default: never. */
  readonly patience?: number;
  /** Distance that dissimilar pairs should reach, for the warning about collapse. */
  readonly margin: number;
  readonly checkpoints?: CheckpointFolder;
  /** Seconds between checkpoints inside an epoch. Default 60: what a kill may cost. */
  readonly checkpointSeconds?: number;
  /** Fingerprint of configuration and data. */
  readonly identity: string;
  /** Ends training after a step, with a checkpoint of it. */
  readonly signal?: AbortSignal;
  /** Where to go on. */
  readonly resumeFrom?: Checkpoint;
}

export interface LoopResult {
  /** Parameters of the best epoch. */
  readonly best: ReadonlyMap<string, Float32Array>;
  readonly records: readonly EpochRecord[];
  readonly seconds: number;
}

/**
 * Trains: for each epoch, for each batch, one step; then validation, a checkpoint, and a decision whether to go on.
 * Yields events; whoever reads them draws them.
 * @throws E_NAN where the loss is no longer a number; what `signal` aborts with; whatever reading images or writing checkpoints throws
 */
export async function* trainLoop(parts: LoopParts): AsyncGenerator<TrainEvent, LoopResult> {
  const { stepper, feeder, numEpochs, checkpoints, resumeFrom, checkpointSeconds = 60 } = parts;
  const { stepsPerEpoch, imagesPerStep } = feeder;
  const records: EpochRecord[] = [...(resumeFrom?.progress.records ?? [])];
  const clock = startClock(resumeFrom?.progress.seconds ?? 0);
  let sums: Record<string, number> = { ...resumeFrom?.progress.sums };
  let stepInEpoch = resumeFrom?.progress.stepInEpoch ?? 0;
  if (resumeFrom !== undefined) stepper.write(resumeFrom.state);
  let best = records.length === 0 ? stepper.read() : await loadBest(checkpoints);
  let lastSaved = clock.seconds();

  const progress = (): RunProgress => ({
    epoch: records.length,
    stepInEpoch,
    sums,
    records,
    seconds: clock.seconds(),
    identity: parts.identity,
  });

  while (records.length < numEpochs && !isPatienceOver(records, parts.patience)) {
    const epoch = records.length;
    const epochStart = clock.seconds();
    const firstStep = stepInEpoch;

    await feeder.prepareEpoch?.(epoch, stepInEpoch, () => stepper.read());
    for await (const batch of feeder.batches(epoch, stepInEpoch)) {
      const outputs = await stepper.run(batch);
      if (!Number.isFinite(outputs.loss))
        throw notANumber(String(outputs.loss), epoch, stepInEpoch + 1, checkpoints !== undefined);
      for (const [name, value] of Object.entries(outputs)) sums[name] = (sums[name] ?? 0) + value;
      stepInEpoch++;
      const rate = (stepInEpoch - firstStep) / (clock.seconds() - epochStart);
      const stepsLeft = stepsPerEpoch * (numEpochs - epoch) - stepInEpoch;
      yield {
        kind: 'step',
        epoch: epoch + 1,
        numEpochs,
        step: stepInEpoch,
        stepsPerEpoch,
        loss: sums.loss / stepInEpoch,
        rate: outputs.rate,
        imagesPerSecond: rate * imagesPerStep,
        secondsLeft: stepsLeft / rate,
        validation: records.at(-1)?.validation,
      };
      // After an epoch's last step comes validation, and a checkpoint with it.
      if (stepInEpoch === stepsPerEpoch) continue;
      const isAborted = parts.signal?.aborted ?? false;
      if (isAborted || clock.seconds() - lastSaved > checkpointSeconds) {
        const state = stepper.read();
        checkFinite(state, epoch, stepInEpoch, checkpoints !== undefined);
        await checkpoints?.save('last', { state, progress: progress() });
        lastSaved = clock.seconds();
      }
      if (isAborted) throw parts.signal!.reason;
    }

    const state = stepper.read();
    checkFinite(state, epoch, stepInEpoch, checkpoints !== undefined);
    const trainSeconds = clock.seconds() - epochStart;
    const validation = await parts.validate(state);
    const isBest = records.every((record) => criterionOf(record.validation) < criterionOf(validation));
    const { loss, rate, ...diagnostics } = meansOf(sums, stepInEpoch);
    const record: EpochRecord = {
      epoch: epoch + 1,
      step: (epoch + 1) * stepsPerEpoch,
      loss,
      rate,
      diagnostics,
      validation,
      isBest,
      seconds: clock.seconds(),
      imagesPerSecond: ((stepInEpoch - firstStep) * imagesPerStep) / trainSeconds,
    };
    records.push(record);
    sums = {};
    stepInEpoch = 0;
    if (isBest) {
      best = state;
      await checkpoints?.save('best', { state, progress: progress() });
    }
    await checkpoints?.save('last', { state, progress: progress() });
    lastSaved = clock.seconds();
    yield { kind: 'epoch', record, records: [...records], numEpochs };
    const collapse = describeCollapse(records, parts.margin);
    const isNew = describeCollapse(records.slice(0, -1), parts.margin) === undefined;
    if (collapse !== undefined && isNew) yield { kind: 'warning', message: collapse };
  }

  if (records.length < numEpochs) {
    yield { kind: 'stop', reason: `no better epoch for ${parts.patience} epochs; the best one is kept` };
  }
  return { best, records, seconds: clock.seconds() };
}

/** @throws E_CHECKPOINT where epochs were finished and the best of them is gone */
async function loadBest(checkpoints: CheckpointFolder | undefined): Promise<Checkpoint['state']> {
  const checkpoint = await checkpoints?.load('best');
  if (checkpoint !== undefined) return checkpoint.state;
  throw new SamesameError('E_CHECKPOINT', {
    what: 'the checkpoint of the best epoch is missing',
    expected: 'best.safetensors beside last.safetensors',
    help: 'put it back, or start the run anew (--overwrite)',
  });
}

/** What the best epoch is best at. */
function criterionOf({ accuracy, episodes, loss }: Validation): number {
  return loss === undefined ? (episodes ?? accuracy) : -loss;
}

function isPatienceOver(records: readonly EpochRecord[], patience = Number.POSITIVE_INFINITY): boolean {
  const bestIndex = records.findLastIndex((record) => record.isBest);
  return records.length - 1 - bestIndex >= patience;
}

function meansOf(
  sums: Readonly<Record<string, number>>,
  count: number,
): { loss: number; rate: number } & Record<string, number> {
  const means = Object.entries(sums).map(([name, sum]) => [name, sum / count]);
  return Object.fromEntries(means);
}

/** Seconds of work, those before a break included. */
function startClock(before: number): { seconds(): number } {
  const start = performance.now();
  return { seconds: () => before + (performance.now() - start) / 1000 };
}

/** A step's loss is that of the parameters before it: the step itself may have spoilt them. @throws E_NAN */
function checkFinite(
  state: ReadonlyMap<string, Float32Array>,
  epoch: number,
  step: number,
  hasCheckpoint: boolean,
): void {
  for (const [name, values] of state) {
    const bad = values.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw notANumber(`${bad} in ${name}`, epoch, step, hasCheckpoint);
  }
}

function notANumber(received: string, epoch: number, step: number, hasCheckpoint: boolean): SamesameError {
  return new SamesameError('E_NAN', {
    what: `the loss is no longer a number: training has diverged in epoch ${epoch + 1}, step ${step}`,
    expected: 'a finite loss',
    received,
    help: `lower --learning-rate (try a tenth) or set --clip-norm 1${hasCheckpoint ? '; the last good state is in checkpoints/' : ''}`,
    details: { epoch: epoch + 1, step },
  });
}
