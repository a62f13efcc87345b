import type { Random } from '../base/random.ts';
import type { Runtime, RuntimeTensor } from '../graph/runtime/types.ts';
import { createBatchFeeds } from './batch-feeds.ts';
import { loadGraph } from './load-graph.ts';
import { createStateArrays } from './state-arrays.ts';
import { nextOf, type StepGraph } from './step-graph.ts';

/** What is fed at one step. The arrays are read during the call and belong to the caller. */
export interface StepBatch {
  /** uint8 `[N, H, W, C]`; with a frozen trunk the bytes of its features, float16 `[N, …]`. */
  readonly images: Uint8Array;
  /** int32 `[N]`, for a loss over the batch. */
  readonly labels?: Int32Array;
  /** float32 `[N / 2]`, for a loss over explicit pairs. */
  readonly similar?: Float32Array;
  /** Source of this step's random bits, where the network wants some. */
  readonly random: Random;
}

/** A training step that holds its state. */
export interface Stepper {
  /** Takes one step. @returns the loss, the rate and the diagnostics */
  run(batch: StepBatch): Promise<Readonly<Record<string, number>>>;
  /** Copies of the state's arrays by name. */
  read(): Map<string, Float32Array>;
  /** Replaces the state, all of it or nothing. @throws E_CHECKPOINT where an array is missing or of another length */
  write(state: ReadonlyMap<string, Float32Array>): void;
  close(): Promise<void>;
}

/**
 * Loads a step and keeps its state in two sets of arrays: each step reads one and writes the other, so parameters are
 * never copied and never pass through anything but ONNX Runtime.
 */
export async function createStepper(step: StepGraph, runtime: Runtime, random: Random): Promise<Stepper> {
  const program = await loadGraph(step.outputs, 'training-step', runtime);
  const arrays = createStateArrays(step.state, runtime, random);
  const feedBatch = createBatchFeeds(step, program, runtime);
  const results = scalarOutputs(step, runtime);

  return {
    async run(batch) {
      const feeds = feedBatch(batch);
      const fetches: Record<string, RuntimeTensor> = { ...results };
      for (const { name } of step.state) {
        feeds[name] = arrays.current.get(name)!;
        fetches[nextOf(name)] = arrays.next.get(name)!;
      }
      await program.run(feeds, fetches);
      arrays.swap();
      return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data[0] as number]));
    },
    read: arrays.read,
    write: arrays.write,
    close: () => program.close(),
  };
}

/** Tensors for what a step gives beside the next state. */
export function scalarOutputs(
  { outputs, state }: Pick<StepGraph, 'outputs' | 'state'>,
  runtime: Runtime,
): Record<string, RuntimeTensor> {
  const carried = new Set(state.map(({ name }) => nextOf(name)));
  const names = Object.keys(outputs).filter((name) => !carried.has(name));
  return Object.fromEntries(names.map((name) => [name, runtime.tensor('float32', new Float32Array(1), [])]));
}
