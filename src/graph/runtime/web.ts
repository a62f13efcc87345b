import * as ort from 'onnxruntime-web';
import { SamesameError } from '../../base/errors.ts';
import { createOrtRuntime } from './session.ts';
import type { Runtime, RuntimeOptions } from './types.ts';

const PROVIDERS = ['wasm', 'webgpu'];

/**
 * The runtime of browsers: onnxruntime-web. It also runs in Node, where the tests hold it against onnxruntime-node.
 * @throws E_CONFIG where the provider's name is unknown
 */
export function createRuntime({ provider = 'wasm', numThreads }: RuntimeOptions = {}): Runtime {
  if (!PROVIDERS.includes(provider)) {
    throw new SamesameError('E_CONFIG', {
      what: `the execution provider ${provider} cannot be used here`,
      expected: `one of ${PROVIDERS.join(', ')}`,
      received: provider,
    });
  }
  if (numThreads !== undefined) ort.env.wasm.numThreads = numThreads;
  return createOrtRuntime(`web/${provider}`, ort, {
    // Tensors in JavaScript's own memory come back as they were (microsoft/onnxruntime#25786).
    writesIntoFetches: false,
    sessionOptions: ({ purpose = 'inference' }) => ({
      executionProviders: [provider],
      graphOptimizationLevel: purpose === 'training' ? 'extended' : 'all',
      logSeverityLevel: 3,
    }),
  });
}
