import type { Random } from '../../base/random.ts';
import type { Runtime, RuntimeTensor } from '../../graph/runtime/types.ts';
import type { GradientProbe } from '../gradient-probe.ts';
import { loadGraph } from '../load-graph.ts';
import { createStateArrays } from '../state-arrays.ts';
import { nextOf } from '../step-graph.ts';
import { type Stepper, scalarOutputs } from '../stepper.ts';
import { loadChunkPasses, only } from './chunk-passes.ts';
import { type ChunkedStep, DATA_LOSS, gradientOf } from './chunked-graphs.ts';

/** Loads a chunked step and keeps its state, as `createStepper` does for a whole one. */
export async function createChunkedStepper(
  step: ChunkedStep,
  runtime: Runtime,
  random: Random,
): Promise<Stepper> {
  const passes = await loadChunkPasses(step, runtime);
  const program = await loadGraph(step.update, 'update', runtime);
  const arrays = createStateArrays(step.state, runtime, random);
  const results = scalarOutputs({ outputs: step.update, state: step.state }, runtime);

  return {
    async run(batch) {
      const { scalars, gradients, kept } = await passes.run(batch, arrays.current);
      const known: Record<string, RuntimeTensor> = {
        ...Object.fromEntries(arrays.current),
        ...kept,
        ...Object.fromEntries(Object.entries(gradients).map(([name, tensor]) => [gradientOf(name), tensor])),
        [DATA_LOSS]: scalars.loss,
      };
      const fetches: Record<string, RuntimeTensor> = { ...results };
      for (const { name } of step.state) fetches[nextOf(name)] = arrays.next.get(name)!;
      await program.run(only(program, known), fetches);
      arrays.swap();
      const numbers = Object.entries({ ...scalars, ...results });
      return Object.fromEntries(numbers.map(([name, { data }]) => [name, data[0] as number]));
    },
    read: arrays.read,
    write: arrays.write,
    async close() {
      await passes.close();
      await program.close();
    },
  };
}

/** The gradients of a chunked step, as `createGradientProbe` gives those of a whole one; loaded for each look. */
export function createChunkedProbe(step: ChunkedStep, runtime: Runtime): GradientProbe {
  const shapes = new Map(step.state.map(({ name, shape }) => [name, shape]));
  return async (state, batch) => {
    const passes = await loadChunkPasses(step, runtime);
    try {
      const values = new Map(
        [...state].map(([name, data]) => [name, runtime.tensor('float32', data, shapes.get(name)!)]),
      );
      const { gradients } = await passes.run(batch, values);
      return new Map(
        Object.entries(gradients).map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
      );
    } finally {
      await passes.close();
    }
  };
}
