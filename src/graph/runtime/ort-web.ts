import type * as Ort from 'onnxruntime-web';
import { SamesameError } from '../../base/errors.ts';
import { createOrtRuntime } from './session.ts';
import type { Runtime, RuntimeOptions } from './types.ts';

/** One of onnxruntime-web's builds as a runtime. @throws E_CONFIG where the provider is another than the build's */
export function createWebRuntime(
  ort: typeof Ort,
  own: 'wasm' | 'webgpu',
  { provider = own, numThreads, wasmPaths }: RuntimeOptions,
): Runtime {
  if (provider !== own) {
    throw new SamesameError('E_CONFIG', {
      what: `the execution provider ${provider} cannot be used here`,
      expected: own,
      received: provider,
    });
  }
  if (numThreads !== undefined) ort.env.wasm.numThreads = numThreads;
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
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
