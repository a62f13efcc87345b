import { halvesIn } from '../base/float16.ts';
import type { Program, Runtime, RuntimeTensor } from '../graph/runtime/types.ts';
import type { RandomInput, StepGraph } from './step-graph.ts';
import type { StepBatch } from './stepper.ts';

type Feeds = Record<string, RuntimeTensor>;

/**
 * How a batch is fed to a program of the step's graph: images, labels or pairs, and the random bits that the batch's
 * stream gives under each input's name. The buffers for those bits are used again at each call.
 */
export function createBatchFeeds(step: StepGraph, { inputs }: Program, runtime: Runtime) {
  const bitsOf = createRandomBits(step.randomInputs);
  return (batch: StepBatch): Feeds => ({
    ...feedRows(batch.images, inputs, runtime),
    ...feedTruth(batch, runtime),
    ...feedBits(step.randomInputs, bitsOf(batch), runtime),
  });
}

/** Images, or the features that stand for them, as the program takes them. */
export function feedRows(bytes: Uint8Array, inputs: Program['inputs'], runtime: Runtime): Feeds {
  return inputs.features === undefined
    ? { images: runtime.tensor('uint8', bytes, inputs.images.shape as number[]) }
    : { features: runtime.tensor('float16', halvesIn(bytes), inputs.features.shape as number[]) };
}

/** Labels or pairs, whichever a batch has. */
export function feedTruth({ labels, similar }: StepBatch, runtime: Runtime): Feeds {
  return {
    ...(labels && { labels: runtime.tensor('int32', labels, [labels.length]) }),
    ...(similar && { similar: runtime.tensor('float32', similar, [similar.length]) }),
  };
}

/**
 * Random bits of a batch by input's name, `numChunks` times as many as the input takes: the stream of a whole batch, dealt
 * to chunks in order. The arrays are written over at each call.
 */
export function createRandomBits(inputs: readonly RandomInput[], numChunks = 1) {
  const bits = new Map(inputs.map(({ name, length }) => [name, new Int32Array(numChunks * length)]));
  return ({ random }: StepBatch): ReadonlyMap<string, Int32Array> => {
    for (const [name, array] of bits) {
      const stream = random.fork(name);
      for (let i = 0; i < array.length; i++) array[i] = stream.bits();
    }
    return bits;
  };
}

/** The bits of one chunk. */
export function feedBits(
  inputs: readonly RandomInput[],
  bits: ReadonlyMap<string, Int32Array>,
  runtime: Runtime,
  chunk = 0,
): Feeds {
  return Object.fromEntries(
    inputs.map(({ name, length, shape }) => [
      name,
      runtime.tensor('int32', bits.get(name)!.subarray(chunk * length, (chunk + 1) * length), shape),
    ]),
  );
}
