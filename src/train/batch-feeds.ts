import { halvesIn } from '../base/float16.ts';
import type { Program, Runtime, RuntimeTensor } from '../graph/runtime/types.ts';
import type { StepGraph } from './step-graph.ts';
import type { StepBatch } from './stepper.ts';

/**
 * How a batch is fed to a program of the step's graph: images, labels or pairs, and the random bits that the batch's
 * stream gives under each input's name. The buffers for those bits are used again at each call.
 */
export function createBatchFeeds(step: StepGraph, { inputs }: Program, runtime: Runtime) {
  const bits = new Map(step.randomInputs.map(({ name, length }) => [name, new Int32Array(length)]));
  return ({ images, labels, similar, random }: StepBatch): Record<string, RuntimeTensor> => {
    const feeds: Record<string, RuntimeTensor> =
      inputs.features === undefined
        ? { images: runtime.tensor('uint8', images, inputs.images.shape as number[]) }
        : { features: runtime.tensor('float16', halvesIn(images), inputs.features.shape as number[]) };
    if (labels !== undefined) feeds.labels = runtime.tensor('int32', labels, [labels.length]);
    if (similar !== undefined) feeds.similar = runtime.tensor('float32', similar, [similar.length]);
    for (const { name, shape } of step.randomInputs) {
      const array = bits.get(name)!;
      const stream = random.fork(name);
      for (let i = 0; i < array.length; i++) array[i] = stream.bits();
      feeds[name] = runtime.tensor('int32', array, shape);
    }
    return feeds;
  };
}
