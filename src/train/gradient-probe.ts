import type { Runtime } from '../graph/runtime/types.ts';
import { createBatchFeeds } from './batch-feeds.ts';
import { compileGraph } from './load-graph.ts';
import type { StepGraph } from './step-graph.ts';
import type { StepBatch } from './stepper.ts';

/**
 * Gradients of the loss under a state and on a batch, by parameter; float32 of the parameter's shape, the caller's own.
 * Neither the state nor the batch is changed.
 */
export type GradientProbe = (
  state: ReadonlyMap<string, Float32Array>,
  batch: StepBatch,
) => Promise<ReadonlyMap<string, Float32Array>>;

/**
 * A look at the gradients of a training step, beside the step itself: the same graph, compiled to other outputs.
 * The program is loaded for each look and let go after it, so that it does not hold the activations of a batch while
 * steps run; with that, a look takes the time of about two steps.
 */
export function createGradientProbe(step: StepGraph, runtime: Runtime): GradientProbe {
  const shapes = new Map(step.state.map(({ name, shape }) => [name, shape]));
  let model: Uint8Array | undefined;
  return async (state, batch) => {
    const names = Object.keys(step.gradients);
    if (names.length === 0) return new Map(); // nothing is trained
    model ??= await compileGradients(step, runtime);
    const program = await runtime.load(model, { purpose: 'training' });
    try {
      const feeds = createBatchFeeds(step, program, runtime)(batch);
      for (const [name, data] of state) feeds[name] = runtime.tensor('float32', data, shapes.get(name)!);
      // What no gradient depends on, such as running statistics, is not an input of this program.
      const used = Object.keys(program.inputs).map((name) => [name, feeds[name]]);
      const results = await program.run(Object.fromEntries(used));
      return new Map(
        names.map((name) => [name, Float32Array.from(results[outputOf(name)].data as Float32Array)]),
      );
    } finally {
      await program.close();
    }
  };
}

/** A parameter's own name is that of an input. */
const outputOf = (name: string): string => `gradient/${name}`;

async function compileGradients({ gradients }: StepGraph, runtime: Runtime): Promise<Uint8Array> {
  const outputs = Object.entries(gradients).map(([name, tensor]) => [outputOf(name), tensor]);
  return compileGraph(Object.fromEntries(outputs), 'gradients', runtime);
}
