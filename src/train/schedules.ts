import { add } from '../graph/ops/add.ts';
import { cos } from '../graph/ops/cos.ts';
import { divide } from '../graph/ops/divide.ts';
import { exp } from '../graph/ops/exp.ts';
import { floor } from '../graph/ops/floor.ts';
import { minimum } from '../graph/ops/minimum.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { scalar } from '../graph/ops/source.ts';
import type { Tensor } from '../graph/tensor.ts';

/** The learning rate as a part of the graph: from the number of steps done (float `[]`, 0 at first) to the rate. */
export type Schedule = (count: Tensor) => Tensor;

/** The same rate at every step. */
export function constantRate(rate: number): Schedule {
  return () => scalar(rate);
}

/**
 * From `rate` down to `rate · floorShare` along half a cosine over `numSteps`, and level after that.
 * @source Loshchilov & Hutter 2017, "SGDR", eq. 5, one period
 */
export function cosineRate(rate: number, numSteps: number, floorShare = 0.01): Schedule {
  return (count) => {
    const wave = cos(multiply(minimum(divide(count, numSteps), 1), Math.PI));
    return multiply(add(multiply(wave, (1 - floorShare) / 2), (1 + floorShare) / 2), rate);
  };
}

/** `rate · factor^⌊count / every⌋`: a fall by `factor` after every so many steps. */
export function stepRate(rate: number, every: number, factor = 0.1): Schedule {
  return (count) => multiply(exp(multiply(floor(divide(count, every)), Math.log(factor))), rate);
}

/** Another schedule that is reached in a straight line from near 0 over the first `numSteps`. */
export function withWarmUp(schedule: Schedule, numSteps: number): Schedule {
  if (numSteps === 0) return schedule;
  return (count) => multiply(schedule(count), minimum(divide(add(count, 1), numSteps), 1));
}

/** A schedule by its name, over a run of known length. */
export function createSchedule(
  {
    schedule,
    learningRate,
    warmUpSteps,
    stepEpochs,
  }: {
    readonly schedule: 'cosine' | 'constant' | 'step';
    readonly learningRate: number;
    readonly warmUpSteps: number;
    readonly stepEpochs: number;
  },
  { stepsPerEpoch, numEpochs }: { readonly stepsPerEpoch: number; readonly numEpochs: number },
): Schedule {
  const schedules = {
    cosine: () => cosineRate(learningRate, stepsPerEpoch * numEpochs),
    constant: () => constantRate(learningRate),
    step: () => stepRate(learningRate, stepsPerEpoch * stepEpochs),
  };
  return withWarmUp(schedules[schedule](), warmUpSteps);
}
