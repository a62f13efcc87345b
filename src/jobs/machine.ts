import { availableParallelism, cpus } from 'node:os';

/** What speeds are measured on: `2 cores of AMD EPYC 7B13, Node 20.19.4`. */
export function describeMachine(): string {
  const numCores = availableParallelism();
  const model = cpus()[0]?.model.replace(/\s+/g, ' ').trim() || 'an unknown processor';
  return `${numCores} ${numCores === 1 ? 'core' : 'cores'} of ${model}, Node ${process.versions.node}`;
}
