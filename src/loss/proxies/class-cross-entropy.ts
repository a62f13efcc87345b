import { SamesameError } from '../../base/errors.ts';
import { exp } from '../../graph/ops/exp.ts';
import { gather } from '../../graph/ops/gather.ts';
import { logSoftmax } from '../../graph/ops/log-softmax.ts';
import { maximum } from '../../graph/ops/maximum.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { negate } from '../../graph/ops/negate.ts';
import { pow } from '../../graph/ops/pow.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import { constant, full } from '../../graph/ops/source.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { weightedMean } from '../weighted-mean.ts';

/** Options of every loss that is a choice among classes. */
export interface ClassWeighting {
  /**
   * How much an image of each class counts, one number a class in the order of the labels, none negative. Default: all
   * alike; batches show every class equally often as it is.
   */
  readonly classWeights?: readonly number[];
  /**
   * Multiplies each cost by `(1 − p)^γ`, which plays down what is already right (Lin et al. 2017, eq. 4). 0 or from 1;
   * below 1 its slope would be infinite. Default 0: margins do that work.
   */
  readonly focalGamma?: number;
}

/** The names of those options. */
export const CLASS_WEIGHTING = [
  'classWeights',
  'focalGamma',
] as const satisfies readonly (keyof ClassWeighting)[];

/** @throws E_CONFIG */
export function checkClassWeighting({ classWeights, focalGamma = 0 }: ClassWeighting, user: string): void {
  const areWeights =
    classWeights === undefined ||
    (Array.isArray(classWeights) && classWeights.every((weight) => Number.isFinite(weight) && weight >= 0));
  if (areWeights && (focalGamma === 0 || (Number.isFinite(focalGamma) && focalGamma >= 1))) return;
  throw new SamesameError('E_CONFIG', {
    what: `${user}: ${areWeights ? 'focalGamma' : 'classWeights'} is out of range`,
    expected: areWeights ? '0, or a number from 1' : 'a list of numbers from 0, one for each class',
    received: JSON.stringify(areWeights ? focalGamma : classWeights),
  });
}

/**
 * `−ln softmax(logits)_y`, mean over images, weighted by class and by how wrong it is.
 * @param logits float32 `[N, C]`
 * @param hot float32 `[N, C]`: 1 at each image's class
 * @param labels int32 `[N]`
 * @throws E_CONFIG where there are not as many weights as classes
 */
export function classCrossEntropy(
  logits: Tensor,
  hot: Tensor,
  labels: Tensor,
  { classWeights, focalGamma = 0 }: ClassWeighting,
  user: string,
): Tensor {
  const [length, numClasses] = logits.shape as number[];
  const logOfRight = reduceSum(multiply(logSoftmax(logits), hot), [1]);
  const surprise = negate(logOfRight);
  const costs =
    focalGamma === 0
      ? surprise
      : multiply(pow(maximum(subtract(1, exp(logOfRight)), 0), focalGamma), surprise);
  return weightedMean(costs, weightsOf(labels, length, numClasses, classWeights, user));
}

function weightsOf(
  labels: Tensor,
  length: number,
  numClasses: number,
  classWeights: readonly number[] | undefined,
  user: string,
): Tensor {
  if (classWeights === undefined) return full([length], 1);
  if (classWeights.length === numClasses)
    return gather(constant(Float32Array.from(classWeights), [numClasses]), labels);
  throw new SamesameError('E_CONFIG', {
    what: `${user}: classWeights does not fit the classes`,
    expected: `${numClasses} numbers, one for each class that is trained on`,
    received: `${classWeights.length} numbers`,
  });
}
