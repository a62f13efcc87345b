import type { Random } from '../base/random.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { buildChunkedStep } from './chunked/chunked-graphs.ts';
import { createChunkedProbe, createChunkedStepper } from './chunked/chunked-stepper.ts';
import { createGradientProbe, type GradientProbe } from './gradient-probe.ts';
import { buildStep, type StepGraph, type StepPlan } from './step-graph.ts';
import { createStepper, type Stepper } from './stepper.ts';

/** A step that is ready to be taken, and what others ask of it. */
export interface OpenedStep extends Pick<StepGraph, 'parameters' | 'state'> {
  readonly stepper: Stepper;
  readonly gradientsOf: GradientProbe;
}

/**
 * Loads the step of a plan, whole or in chunks.
 * @param options `chunkSize`: images that go through the network at once, at most; 0, and a batch that is no larger, for
 *   all of them
 * @throws E_CONFIG, E_RUNTIME
 */
export async function openStep(
  plan: StepPlan,
  {
    chunkSize,
    runtime,
    random,
  }: { readonly chunkSize: number; readonly runtime: Runtime; readonly random: Random },
): Promise<OpenedStep> {
  if (chunkSize > 0 && chunkSize < plan.batchSize) {
    const step = buildChunkedStep(plan, chunkSize);
    const stepper = await createChunkedStepper(step, runtime, random);
    return { ...pickShape(step), stepper, gradientsOf: createChunkedProbe(step, runtime) };
  }
  const step = buildStep(plan);
  const stepper = await createStepper(step, runtime, random);
  return { ...pickShape(step), stepper, gradientsOf: createGradientProbe(step, runtime) };
}

const pickShape = ({ parameters, state }: Pick<StepGraph, 'parameters' | 'state'>) => ({ parameters, state });
