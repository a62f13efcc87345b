import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { SamesameError } from '../../base/errors.ts';
import { createOrtRuntime } from './session.ts';
import type { Runtime, RuntimeOptions } from './types.ts';

const PROVIDERS = ['cpu', 'cuda', 'coreml', 'dml'];

/**
 * The runtime of Node: onnxruntime-node.
 * @throws E_CONFIG where the provider's name is unknown or this installation does not have it
 */
export function createRuntime({
  provider = 'cpu',
  numThreads = availableParallelism(),
}: RuntimeOptions = {}): Runtime {
  const installed = ort.listSupportedBackends().map(({ name }) => name);
  if (!PROVIDERS.includes(provider) || !installed.includes(provider)) {
    throw new SamesameError('E_CONFIG', {
      what: `the execution provider ${provider} cannot be used here`,
      expected: `one of ${installed.filter((name) => PROVIDERS.includes(name)).join(', ')}`,
      received: provider,
      help: PROVIDERS.includes(provider)
        ? `this build of onnxruntime-node has no ${provider}; leave the provider out to use the processor (cpu)`
        : 'check the spelling',
    });
  }
  return createOrtRuntime(`node/${provider}`, ort, {
    writesIntoFetches: true,
    sessionOptions: ({ purpose = 'inference', profilePrefix }) => ({
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      intraOpNumThreads: numThreads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // What `all` adds needs constant weights; a training graph asks for blocked convolutions itself (graph/conv-block.ts).
      graphOptimizationLevel: purpose === 'training' ? 'extended' : 'all',
      enableProfiling: profilePrefix !== undefined,
      profileFilePrefix: profilePrefix,
      extra: {
        session: {
          set_denormal_as_zero: '1',
          // Threads that wait by spinning gain a little in a training step, where one run follows another. Everywhere else they
          // take the cores from decoding, writing and other programs.
          ...(purpose === 'inference' && { intra_op: { allow_spinning: '0' } }),
        },
      },
      logSeverityLevel: 3,
    }),
  });
}
