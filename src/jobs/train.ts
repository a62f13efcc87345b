import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createRuntime } from '#runtime';
import { errorFromSystem } from '../base/errors.ts';
import { checkWritable, removeLeftovers, writeFileAtomic } from '../base/files.ts';
import { createRandom } from '../base/random.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { ProgressEvent } from '../data/types.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import type { PixelScale } from '../nn/layers/pixels.ts';
import { createEncoder } from '../nn/networks/by-name.ts';
import type { Encoder } from '../nn/networks/encoder.ts';
import { createCheckpointFolder } from '../train/checkpoints.ts';
import type { TrainConfig, TrainOptions } from '../train/config.ts';
import { CUSTOM_LOSS, type CustomLoss } from '../train/custom-loss.ts';
import { trainLoop } from '../train/loop.ts';
import { type ConfiguredObjective, checkComparable, createObjective } from '../train/objective.ts';
import { openStep } from '../train/open-step.ts';
import { createOptimizer } from '../train/optimizers/by-name.ts';
import type { EpochRecord, TrainEvent } from '../train/progress.ts';
import { createSchedule } from '../train/schedules.ts';
import { LOSS_SCOPE, type StepGraph, type StepPlan } from '../train/step-graph.ts';
import { modelValues } from '../train/weight-average.ts';
import { prepareFeatures } from './backbone/features.ts';
import { headStart } from './backbone/head-start.ts';
import { type OpenedBackbone, openBackbone } from './backbone/open.ts';
import { describeBad } from './bad-images.ts';
import { chooseClasses } from './chosen-classes.ts';
import { rowsOf } from './feature-rows.ts';
import { countEpochs, createFeeder } from './feed.ts';
import { type FinishedRun, finishRun } from './finish.ts';
import { checkEvery, clearFrames, createFrameRecorder } from './frames.ts';
import { KEPT_REPORT } from './kept-report.ts';
import { measurePixelScale } from './pixel-scale.ts';
import { type PreparedData, prepareData } from './prepare.ts';
import { redrawEachEpoch } from './redraw.ts';
import { identityOf, loadCheckpoint, settleConfig } from './run-config.ts';
import { namesPairs } from './split-data.ts';
import { openTensorBoard } from './tensorboard.ts';
import { createValidator } from './validate.ts';

export interface TrainJob {
  readonly dataset: Dataset;
  /** Settings that differ from the defaults. */
  readonly config?: TrainOptions;
  /** A loss of your own in place of a named one. A run that goes on wants it again. */
  readonly loss?: CustomLoss;
  /** The run's folder. */
  readonly out: string;
  /** Go on with the run in `out` where it was interrupted. */
  readonly resume?: boolean;
  /** Replace a run that is in `out`. */
  readonly overwrite?: boolean;
  /** Bytes of decoded pixels to keep in memory. Default 1 GiB. */
  readonly memoryBytes?: number;
  readonly checkpointSeconds?: number;
  /** Write `tensorboard/`: curves, histograms, pairs and embeddings for TensorBoard. Default true: it costs the time of about two steps an epoch. */
  readonly tensorboard?: boolean;
  /** Steps from one frame of the map to the next; they are animated at the end. Default: no frames. */
  readonly every?: number;
  /** Folder of downloaded backbones and of the features that frozen parts make. Default: samesame's own, of this user. */
  readonly cache?: string;
  readonly runtime?: Runtime;
  /** Threads that run a frozen part. Default: one for each core. The runtime has its own. */
  readonly numThreads?: number;
  /** Ends the run: decoding at once, training after a step, whose checkpoint `resume` goes on from. */
  readonly signal?: AbortSignal;
  /** Called with everything that happens. */
  readonly onEvent?: (event: TrainEvent) => void;
}

/**
 * The main job: from a data set to a run folder with a measured model and a report.
 *
 * Splits, trains with the best epoch kept, chooses the threshold on validation pairs, measures on test pairs that
 * nothing else has seen, and writes `config.json`, `metrics.jsonl`, `tensorboard/`, `checkpoints/`, `model/`,
 * `report.html`, and `report-data.json`, from which `rebuildReport` makes the page again.
 * @throws E_CONFIG, E_DATA…, E_IMAGES_BAD, E_NAN, E_PERMISSION, E_DISK_FULL; what `signal` aborts with
 * @example
 * const { model } = await train({ dataset: await openDataset('photos'), out: 'runs/photos' });
 */
export async function train(job: TrainJob): Promise<FinishedRun> {
  const { out, onEvent = () => {}, runtime = createRuntime() } = job;
  checkEvery(job.every);
  const config = await settleConfig(withCustomLoss(job));
  const dataset = chooseClasses(job.dataset, config);
  // What can be known to be wrong is said before a hundred thousand images are decoded.
  const configured = createObjective(config, namesPairs(dataset), job.loss);
  await checkWritable(out);
  const backbone = await openBackboneOf(config, job);
  const encoder = backbone?.encoder ?? createEncoder(config.network, config);
  checkComparable(configured, encoder);
  const { memoryBytes, signal } = job;
  const options = {
    memoryBytes,
    signal,
    target: backbone?.target,
    onProgress: (event: ProgressEvent) => onEvent({ kind: 'stage', ...event }),
  };
  const data =
    backbone?.encoder.trunk === undefined
      ? await prepareData(dataset, config, options)
      : await prepareFeatures(dataset, config, backbone, {
          ...options,
          cache: job.cache,
          numThreads: job.numThreads,
          onEvent,
        });
  try {
    for (const message of data.warnings) onEvent({ kind: 'warning', message });
    if (data.pixels.bad.length > 0)
      onEvent({ kind: 'warning', message: describeBad(data.pixels, 'bad-images.json') });
    return await trainPrepared(job, config, configured, { data, encoder, backbone }, runtime, onEvent);
  } finally {
    await data.features?.close();
    await data.pixels.close();
  }
}

/** A job's configuration says so where its loss is its own. */
function withCustomLoss(job: TrainJob): TrainJob {
  const { loss, config } = job;
  if (loss === undefined) return job;
  return {
    ...job,
    config: { ...config, loss: CUSTOM_LOSS, lossOptions: { ...config?.lossOptions, name: loss.name } },
  };
}

/** The pretrained network that a configuration names, where it names one. */
async function openBackboneOf(
  config: TrainConfig,
  { cache, signal, onEvent }: TrainJob,
): Promise<OpenedBackbone | undefined> {
  return config.backbone === 'none' ? undefined : openBackbone(config, { cache, signal, onEvent });
}

/** Bytes from 0 to 1, as published experiments read them. */
const UNIT_SCALE: PixelScale = { mean: 0, deviation: 1 };

async function pixelScaleOf({ scalePixels }: TrainConfig, { pixels, splits }: PreparedData) {
  return scalePixels === 'unit' ? UNIT_SCALE : measurePixelScale(pixels, splits.train);
}

const NO_STEPS =
  'nothing of this network is learned by steps (all of the backbone is frozen, and its head has no weights or stays as it begins), so there are no epochs';

/** Whether a step changes anything of the model. What a loss keeps for itself is no part of it. */
function learnsBySteps({ parameters }: Pick<StepGraph, 'parameters'>): boolean {
  return parameters.some(({ name, trainable }) => trainable && !name.startsWith(`${LOSS_SCOPE}/`));
}

interface TrainedParts {
  readonly data: PreparedData;
  readonly encoder: Encoder;
  readonly backbone?: OpenedBackbone;
}

async function trainPrepared(
  job: TrainJob,
  config: TrainConfig,
  configured: ConfiguredObjective,
  { data, encoder, backbone }: TrainedParts,
  runtime: Runtime,
  onEvent: (event: TrainEvent) => void,
): Promise<FinishedRun> {
  const random = createRandom(config.seed);
  const { out, resume, checkpointSeconds, every, signal } = job;
  const pixelScale = backbone?.pixelScale ?? (await pixelScaleOf(config, data));
  const feeder = createFeeder(config, data, configured);
  const wantedEpochs = countEpochs(config, feeder.stepsPerEpoch);
  const plan: StepPlan = {
    encoder,
    imageShape: data.target,
    pixelScale,
    batchSize: feeder.imagesPerStep,
    objective: configured.objective,
    numClasses: feeder.numClasses,
    optimizer: createOptimizer(config.optimizer, config),
    schedule: createSchedule(config, { stepsPerEpoch: feeder.stepsPerEpoch, numEpochs: wantedEpochs }),
    clipNorm: config.clipNorm || undefined,
    l2: config.l2,
    averageDecay: config.averageDecay,
  };
  const { chunkSize } = config;
  const step = await openStep(plan, { chunkSize, runtime, random: random.fork('parameters') });
  const { stepper } = step;
  const numEpochs = learnsBySteps(step) ? wantedEpochs : 0;
  if (numEpochs === 0) onEvent({ kind: config.epochs > 0 ? 'warning' : 'note', message: NO_STEPS });
  const checkpoints = createCheckpointFolder(join(out, 'checkpoints'), step.state);
  const identity = identityOf(config, data, backbone?.identity);
  const parts = {
    encoder: plan.encoder,
    imageShape: data.target,
    pixelScale,
    comparator: configured.comparator,
    bothWays: config.bothWays,
  };

  const resumeFrom = resume ? await loadCheckpoint(checkpoints, identity, out) : undefined;
  if (resumeFrom === undefined) {
    const start = await headStart(config, parts, backbone, data, runtime);
    stepper.write(new Map([...stepper.read(), ...start]));
  }
  await beginRun(job, config, data);
  const board =
    job.tensorboard === false
      ? undefined
      : await openTensorBoard({ folder: join(out, 'tensorboard'), step, feeder, resumeFrom });

  const { redrawn } = feeder;
  const path = join(out, 'checkpoints', 'pairs.safetensors');
  const loop = trainLoop({
    stepper,
    feeder:
      redrawn === undefined
        ? feeder
        : redrawEachEpoch(feeder, redrawn, { design: parts, rows: rowsOf(data), runtime, path }),
    numEpochs,
    validate: createValidator(parts, data, config, runtime, configured.objective),
    patience: config.patience || undefined,
    margin: configured.margin,
    checkpoints,
    checkpointSeconds,
    identity,
    signal,
    resumeFrom,
  });
  const readModel = () => modelValues(stepper.read());
  const frames =
    every === undefined
      ? undefined
      : createFrameRecorder({
          out,
          every,
          identity,
          design: parts,
          data,
          seed: config.seed,
          runtime,
          onEvent,
        });
  if (resumeFrom === undefined) await frames?.keep(0, readModel);
  let next = await loop.next();
  for (; !next.done; next = await loop.next()) {
    const event = next.value;
    if (event.kind === 'step')
      await frames?.keep((event.epoch - 1) * event.stepsPerEpoch + event.step, readModel);
    if (event.kind === 'epoch') {
      await writeMetrics(out, event.records);
      await board?.writeEpoch(event.record, stepper.read());
    }
    onEvent(event);
  }
  const numSteps = next.value.records.length * feeder.stepsPerEpoch;
  const animation = await frames?.finish(numSteps, readModel);
  await stepper.close();
  const { best, records, seconds } = next.value;
  // A kill may have come between an epoch's checkpoint and its line.
  await writeMetrics(out, records);

  const finished = await finishRun({
    out,
    config,
    data,
    parts,
    backbone,
    values: modelValues(best),
    records,
    trainSeconds: seconds,
    runtime,
    board,
    onEvent,
  });
  return { ...finished, animation };
}

/** Writes what the run is, now that nothing is wrong with it: a run that was refused leaves the folder as it was. */
async function beginRun(
  { out, overwrite, resume, dataset }: TrainJob,
  config: TrainConfig,
  { pixels }: PreparedData,
) {
  for (const folder of [out, join(out, 'checkpoints'), join(out, 'tensorboard')])
    await removeLeftovers(folder);
  if (overwrite) await clearRun(out);
  if (!resume) await clearFrames(out);
  if (pixels.bad.length > 0)
    await writeFileAtomic(join(out, 'bad-images.json'), `${JSON.stringify(pixels.bad, null, 2)}\n`);
  const settings = { dataset: dataset.set.name, ...config };
  await writeFileAtomic(join(out, 'config.json'), `${JSON.stringify(settings, null, 2)}\n`);
}

/** Removes what the new run might take for its own. The former model and report stay until new ones take their place. */
async function clearRun(out: string): Promise<void> {
  for (const name of ['checkpoints', 'metrics.jsonl', 'tensorboard', 'bad-images.json', KEPT_REPORT]) {
    await rm(join(out, name), { recursive: true, force: true }).catch((error) => {
      throw errorFromSystem(error, `replacing the run in ${out}`);
    });
  }
}

/** One JSON line an epoch. The file is written anew each time, so it is whole after a kill and right after resuming. */
async function writeMetrics(out: string, records: readonly EpochRecord[]): Promise<void> {
  const lines = records.map((record) => `${JSON.stringify(record)}\n`);
  await writeFileAtomic(join(out, 'metrics.jsonl'), lines.join(''));
}
