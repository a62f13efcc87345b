import { createRuntime } from '#runtime';
import { SamesameError } from '../base/errors.ts';
import { createRandom } from '../base/random.ts';
import { groupByClass } from '../data/classes.ts';
import { drawBalancedPairs } from '../data/pairs/balanced.ts';
import { drawDisjointPairs, type PairUnit, takeDisjoint } from '../data/pairs/disjoint.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { PairList } from '../data/types.ts';
import {
  type CurveKind,
  type CurveQuality,
  checkMaxError,
  chooseCuts,
  curveQuality,
  type FittedCurve,
  fitCalibration,
  pairsNeeded,
} from '../evaluate/index.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { checkPrior, judge, loadModel, type Model, type ModelConfig } from '../model/index.ts';
import type { TrainEvent } from '../train/progress.ts';
import { describeBad } from './bad-images.ts';
import { type CalibratedPart, type CalibrationData, prepareCalibration } from './calibration-data.ts';
import { embedStore, measureEmbedded } from './embed-store.ts';
import { saveCalibrated } from './save-calibrated.ts';

export interface CalibrateJob {
  /** Folder of the model, or of a run. */
  readonly model: string;
  readonly dataset: Dataset;
  /** Where the calibrated model goes. Default: in place of the model. */
  readonly out?: string;
  /**
   * Error rate that each definite answer keeps, in (0, ½]. Default .05, which a fifth of the pairs that .01 needs can
   * promise; or the least that the pairs can, where they are too few even for that.
   */
  readonly maxError?: number;
  /** Share of similar pairs where the model will be used. Default: that of the pairs it is fitted to. */
  readonly prior?: number;
  /** Default `auto`: the better one in cross-validation. */
  readonly method?: CurveKind | 'auto';
  /** Balanced pairs that the curve is fitted to. Default 20,000. */
  readonly numPairs?: number;
  /** `all` takes every image of the data. Default: those that trained nothing and are not kept for the test. */
  readonly split?: 'all';
  /** Controls pairs and folds. Default: the model's own seed. */
  readonly seed?: string | number;
  readonly memoryBytes?: number;
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

/** A calibrated model, and what is known of its probabilities and answers. */
export interface Calibrated {
  /** Folder that the model was written to. */
  readonly model: string;
  readonly part: CalibratedPart;
  readonly answers: NonNullable<ModelConfig['answers']>;
  /** Of both kinds of curve, on folds that they were not fitted to. */
  readonly heldOut: FittedCurve['heldOut'];
  /** Of the probability that the model gave before, on the same pairs. */
  readonly before: CurveQuality;
  /** Share of the balanced pairs that get a definite answer. */
  readonly coverage: number;
  readonly warnings: readonly string[];
}

const DEFAULT_MAX_ERROR = 0.05;
const DEFAULT_PAIRS = 20_000;

/**
 * Calibrates a model on held-out images: a curve from distance to probability, two cuts for three answers, and the
 * reference that `drift` holds new images against; all written into the model's folder, which is replaced as a whole.
 *
 * The curve is fitted to many pairs, which may share images; folds of its cross-validation share none. The cuts come from
 * pairs that share no image, or no class where there are six classes for each pair that the error rate needs.
 * @throws E_NOT_FOUND, E_MODEL…, E_CONFIG, E_DATA…, E_IMAGES_BAD; E_PERMISSION, E_DISK_FULL, E_IO
 * @example
 * const { answers } = await calibrate({ model: 'runs/photos', dataset: await openDataset('photos'), maxError: 0.02 });
 * answers.cuts; // { same: 0.41, different: 0.63, maxError: 0.02, … }
 */
export async function calibrate(job: CalibrateJob): Promise<Calibrated> {
  const { maxError, prior, memoryBytes, signal, onEvent = () => {} } = job;
  if (maxError !== undefined) checkMaxError(maxError);
  if (prior !== undefined) checkPrior(prior);
  const model = await loadModel(job.model, { runtime: job.runtime ?? createRuntime() });
  try {
    const data = await prepareCalibration(job.dataset, model.config, job.split, {
      memoryBytes,
      signal,
      onProgress: (event) => onEvent({ kind: 'stage', ...event }),
    });
    try {
      return await calibrateOn(model, data, job);
    } finally {
      await data.pixels.close();
    }
  } finally {
    await model.close();
  }
}

async function calibrateOn(model: Model, data: CalibrationData, job: CalibrateJob): Promise<Calibrated> {
  const { set, pixels, images } = data;
  const { onEvent = () => {}, seed = model.config.provenance.seed, numPairs = DEFAULT_PAIRS } = job;
  const warnings = [...data.warnings];
  if (pixels.bad.length > 0) warnings.push(describeBad(pixels, 'the list that samesame inspect prints'));
  const random = createRandom(seed).fork('calibrate');
  const unit = unitOf(data, job.maxError ?? DEFAULT_MAX_ERROR);
  const pairs =
    data.pairs ??
    drawBalancedPairs(set.labels, images, {
      numPairs: 2 * Math.ceil(numPairs / 2),
      random: random.fork('pairs'),
    });
  const disjoint =
    data.pairs === undefined
      ? drawDisjointPairs(set.labels, images, { unit, random: random.fork('disjoint') })
      : takeDisjoint(data.pairs, random.fork('disjoint'));

  const embeddings = await embedStore(model.embed, pixels, images, (done, total) =>
    onEvent({ kind: 'stage', stage: 'embed', done, total }),
  );
  const distancesOf = (list: PairList) => measureEmbedded(model, embeddings, images, list);
  const distances = await distancesOf(pairs);
  const fitted = fitCalibration({
    distances,
    similar: pairs.similar,
    groups: groupsOf(pairs, unit, set.labels),
    method: job.method,
    seed,
  });
  const maxError = job.maxError ?? leastError(disjoint);
  const cuts = chooseCuts({
    distances: await distancesOf(disjoint),
    similar: disjoint.similar,
    maxError,
    threshold: model.config.threshold,
  });
  if (job.maxError === undefined && maxError > DEFAULT_MAX_ERROR) {
    warnings.push(
      `so few pairs (${cuts.numSimilar} similar and ${cuts.numDissimilar} dissimilar ones that share no ${unit}) can only promise an error rate of ${maxError}: calibrate on more images for a lower one`,
    );
  }
  if (cuts.same === null || cuts.different === null) {
    warnings.push(
      `an error rate of ${maxError} needs ${pairsNeeded(maxError)} pairs of each kind that share no ${unit}; there are ${cuts.numSimilar} similar and ${cuts.numDissimilar} dissimilar ones, so some answers are never given: calibrate on more images, or allow more errors`,
    );
  }
  const { reliability, brier, logLoss } = fitted.heldOut[fitted.curve.kind];
  const answers: Calibrated['answers'] = {
    curve: copyCurve(fitted.curve),
    fittedPrior: fitted.prior,
    prior: job.prior ?? fitted.prior,
    cuts: { ...cuts, unit },
    quality: { ece: reliability.ece, numBins: reliability.bins.length, brier, logLoss },
    data: {
      name: set.name,
      fingerprint: data.fingerprint,
      numImages: images.length,
      numPairs: fitted.numPairs,
      numSimilar: fitted.numSimilar,
    },
  };
  const config: ModelConfig = { ...model.config, answers };
  const isDefinite = Array.from(distances, (d) => judge(d, config).verdict !== 'unsure');
  const before = Float64Array.from(distances, (d) => probabilityBefore(d, model.config, fitted.prior));
  for (const message of warnings) onEvent({ kind: 'warning', message });
  return {
    model: await saveCalibrated(job.model, job.out, config, { embeddings, images, seed }),
    part: data.part,
    answers,
    heldOut: fitted.heldOut,
    before: curveQuality(before, pairs.similar),
    coverage: isDefinite.filter(Boolean).length / isDefinite.length,
    warnings,
  };
}

/** The default error rate, or the least that so few pairs can promise, to a thousandth. */
function leastError({ numPairs, similar }: PairList): number {
  const numSimilar = similar.filter((value) => value > 0.5).length;
  const fewer = Math.min(numSimilar, numPairs - numSimilar);
  return Math.min(0.5, Math.max(DEFAULT_MAX_ERROR, Math.ceil(1000 / (fewer + 1)) / 1000));
}

/** What the model said before, for the share of similar pairs that it is measured on. */
function probabilityBefore(distance: number, config: ModelConfig, prior: number): number {
  const knowsPrior = config.answers !== undefined || config.calibration.prior !== undefined;
  return judge(distance, config, knowsPrior ? { prior } : {}).probability;
}

/** Classes where there are enough of them for a pair each, else images. */
function unitOf({ set, images, pairs }: CalibrationData, maxError: number): PairUnit {
  if (pairs !== undefined) return 'image';
  const { classes } = groupByClass(set.labels, images);
  if (classes.length < 2) {
    throw new SamesameError('E_DATA_ONE_CLASS', {
      what: `there is no dissimilar pair in ${set.name} to calibrate on`,
      expected: 'images of at least two classes',
      received: `${classes.length} with labels among ${images.length} images`,
      details: { numClasses: classes.length },
    });
  }
  return classes.length >= 6 * pairsNeeded(maxError) ? 'class' : 'image';
}

function groupsOf({ left, right }: PairList, unit: PairUnit, labels: Int32Array) {
  if (unit === 'image') return { left, right };
  const classOf = (side: Int32Array) => Int32Array.from(side, (image) => labels[image]);
  return { left: classOf(left), right: classOf(right) };
}

/** As the schema has it: arrays of its own. */
function copyCurve(curve: FittedCurve['curve']): Calibrated['answers']['curve'] {
  if (curve.kind === 'logistic') return { ...curve };
  return { kind: curve.kind, distances: [...curve.distances], probabilities: [...curve.probabilities] };
}
