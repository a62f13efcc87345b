import { createRandom } from '../../base/random.ts';
import type { FeatureStore } from '../../data/features/types.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import { headStart } from '../../jobs/backbone/head-start.ts';
import { augmentOptionsOf, createFeeder, numViewsOf } from '../../jobs/feed.ts';
import { measurePixelScale } from '../../jobs/pixel-scale.ts';
import type { PreparedData } from '../../jobs/prepare.ts';
import { createEncoder } from '../../nn/networks/by-name.ts';
import type { TrainConfig } from '../../train/config.ts';
import { trainLoop } from '../../train/loop.ts';
import { createObjective } from '../../train/objective.ts';
import { openStep } from '../../train/open-step.ts';
import { createOptimizer } from '../../train/optimizers/by-name.ts';
import type { EpochRecord } from '../../train/progress.ts';
import { createSchedule } from '../../train/schedules.ts';
import { chooseConfig } from './choose-config.ts';
import { extractFeatures } from './extract-features.ts';
import { finishTaught, type TaughtFiles } from './finish-taught.ts';
import { intervalByImages } from './honest-interval.ts';
import type { BaseModel } from './open-base.ts';
import { prepareTaught } from './prepare-taught.ts';
import type { TaughtImages } from './read-images.ts';
import type { ImagePlace, TaughtValidation, TeachEvent, TeachOptions, TeachPlan } from './types.ts';
import { createWatcher, type WatchedState } from './watch-state.ts';

export interface TeachJob {
  readonly images: TaughtImages;
  /** Where image i was given. */
  readonly placeOf: (index: number) => ImagePlace;
  readonly options: Pick<TeachOptions, 'network' | 'epochs' | 'seconds' | 'seed'>;
  /** The model that it starts from; the images are of its size. */
  readonly base?: BaseModel;
  readonly runtime: Runtime;
  readonly numThreads: number;
  /** `performance.now()` of the call. */
  readonly startMs: number;
  readonly emit: (event: TeachEvent) => void;
  /** Lets others have their turn between two steps. @returns whether to end now */
  readonly pause: () => Promise<boolean>;
}

/**
 * From decoded images to a model's files: the loop, the step, the rules of data and the measures are those of
 * `samesame train`. The best epoch is kept, also where the training is ended early.
 * @throws E_DATA_FEW_IMAGES, E_CONFIG, E_NAN, E_RUNTIME
 */
export async function teachImages(job: TeachJob): Promise<TaughtFiles> {
  const { images, options, base, runtime, emit, placeOf } = job;
  const chosen = chooseConfig(images, options, base);
  const { config } = chosen;
  for (const message of images.warnings) emit({ kind: 'warning', message });
  const prepared = prepareTaught(images, chosen);
  const { pixels, splits, target, validationPairs } = prepared;
  const random = createRandom(config.seed);
  const encoder = base?.encoder ?? createEncoder(config.network, config);
  const features = base && (await featuresOf(prepared, config, base, job));
  const data = { ...prepared, features };
  const configured = createObjective(config);
  const feeder = createFeeder(config, data, configured);
  const { stepsPerEpoch } = feeder;
  const { epochs: numEpochs } = config;
  const pixelScale = base?.pixelScale ?? (await measurePixelScale(pixels, splits.train));
  const design = { encoder, imageShape: target, pixelScale };
  const plan: TeachPlan = {
    network: encoder.name,
    height: target.height,
    width: target.width,
    channels: target.channels,
    numTrain: splits.train.length,
    numValidation: splits.validation.length,
    numTest: splits.test.length,
    numEpochs,
    stepsPerEpoch,
    batchSize: feeder.imagesPerStep,
    numThreads: job.numThreads,
    bad: badPlaces(images, placeOf),
  };
  emit({ kind: 'plan', ...plan });

  emit({ kind: 'prepare', stage: 'compile', done: 0, total: 1 });
  const { stepper } = await openStep(
    {
      encoder,
      imageShape: target,
      pixelScale,
      batchSize: feeder.imagesPerStep,
      objective: configured.objective,
      numClasses: feeder.numClasses,
      optimizer: createOptimizer(config.optimizer, config),
      schedule: createSchedule(config, { stepsPerEpoch, numEpochs }),
      averageDecay: config.averageDecay,
    },
    { chunkSize: 0, runtime, random: random.fork('parameters') },
  );
  const start = await headStart(config, design, base, data, runtime);
  stepper.write(new Map([...stepper.read(), ...start]));
  emit({ kind: 'prepare', stage: 'compile', done: 1, total: 1 });

  const watcher = createWatcher(design, data, runtime, config.seed);
  const numImages = splits.validation.length;
  const describe = ({ accuracy }: { readonly accuracy: number }): TaughtValidation => ({
    accuracy: intervalByImages(accuracy, validationPairs.numPairs, numImages),
    numImages,
  });
  const show = (epoch: number, { places, mistakes }: WatchedState) => {
    const trained = new Set(splits.train);
    emit({
      kind: 'map',
      epoch,
      places: places.map(([x, y], i) => ({
        ...placeOf(watcher.watched[i]),
        x,
        y,
        isTrained: trained.has(watcher.watched[i]),
      })),
    });
    emit({
      kind: 'mistakes',
      epoch,
      pairs: mistakes.map(({ left, right, ...rest }) => ({
        left: placeOf(left),
        right: placeOf(right),
        ...rest,
      })),
    });
  };

  // What the loop validates is what it would give out: kept here too, for a training that is ended early.
  let validated:
    | { readonly state: ReadonlyMap<string, Float32Array>; readonly watched: WatchedState }
    | undefined;
  let best: ReadonlyMap<string, Float32Array> | undefined;
  let records: readonly EpochRecord[] = [];
  let stopped: 'finished' | 'stopped' | 'out of time' = 'finished';
  const trainStart = performance.now();
  const trainSeconds = () => (performance.now() - trainStart) / 1000;
  const loop = trainLoop({
    stepper,
    feeder,
    numEpochs,
    validate: async (state) => {
      validated = { state, watched: await watcher.watch(state) };
      return validated.watched.validation;
    },
    margin: configured.margin,
    identity: images.fingerprint,
  });
  try {
    for (let next = await loop.next(); ; next = await loop.next()) {
      if (next.done) {
        best = next.value.best;
        break;
      }
      const event = next.value;
      if (event.kind === 'step') {
        const { epoch, step, loss, imagesPerSecond, secondsLeft } = event;
        emit({ kind: 'step', epoch, numEpochs, step, stepsPerEpoch, loss, imagesPerSecond, secondsLeft });
      } else if (event.kind === 'epoch') {
        const { record } = event;
        records = event.records;
        if (record.isBest) best = validated!.state;
        emit({
          kind: 'epoch',
          epoch: record.epoch,
          numEpochs,
          loss: record.loss,
          validation: describe(record.validation),
          isBest: record.isBest,
          seconds: record.seconds,
          secondsLeft: (record.seconds / record.epoch) * (numEpochs - record.epoch),
          imagesPerSecond: record.imagesPerSecond,
        });
        show(record.epoch, validated!.watched);
        if (options.seconds !== undefined && trainSeconds() >= options.seconds && record.epoch < numEpochs) {
          stopped = 'out of time';
          break;
        }
      } else if (event.kind === 'warning') emit(event);
      if (await job.pause()) {
        stopped = 'stopped';
        break;
      }
    }
    const values = best ?? stepper.read();
    return await finishTaught({
      job,
      config,
      data,
      design,
      values,
      records,
      plan,
      stopped,
      trainSeconds: trainSeconds(),
      describe,
    });
  } finally {
    await stepper.close();
  }
}

/** What the frozen network makes of the images, and of the views of those that are trained on. */
function featuresOf(
  { pixels, splits }: Pick<PreparedData, 'pixels' | 'splits'>,
  config: TrainConfig,
  base: BaseModel,
  { runtime, emit }: Pick<TeachJob, 'runtime' | 'emit'>,
): Promise<FeatureStore> {
  return extractFeatures(pixels, {
    base,
    runtime,
    views: {
      numViews: numViewsOf(config),
      indices: splits.train,
      augment: augmentOptionsOf(config, pixels.shape) ?? {},
      seed: config.seed,
    },
    onProgress: (done, total) => emit({ kind: 'prepare', stage: 'features', done, total }),
  });
}

function badPlaces({ set, pixels }: TaughtImages, placeOf: TeachJob['placeOf']): TeachPlan['bad'] {
  const reasons = new Map(pixels.bad.map(({ id, reason }) => [id, reason]));
  return Array.from({ length: set.numImages }, (_, i) => i).flatMap((i) => {
    const reason = reasons.get(set.id(i));
    return reason === undefined ? [] : [{ ...placeOf(i), reason }];
  });
}
