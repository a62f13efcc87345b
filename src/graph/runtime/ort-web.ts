import type * as Ort from 'onnxruntime-web';
import { SamesameError } from '../../base/errors.ts';
import { createOrtRuntime } from './session.ts';
import type { Runtime, RuntimeOptions } from './types.ts';

/** Where each build was told to load its WASM from, the first time: it does so once in a thread. */
const loadedFrom = new WeakMap<typeof Ort, string | undefined>();

/**
 * One of onnxruntime-web's builds as a runtime.
 * @throws E_CONFIG where the provider is another than the build's, or where this thread has loaded the build from elsewhere
 */
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
  if (!loadedFrom.has(ort)) loadedFrom.set(ort, wasmPaths);
  else if (wasmPaths !== undefined && wasmPaths !== loadedFrom.get(ort)) {
    throw new SamesameError('E_CONFIG', {
      what: 'ONNX Runtime was loaded before, and from elsewhere',
      expected: loadedFrom.get(ort) ?? 'no wasmPaths',
      received: wasmPaths,
      help: 'name the same wasmPaths each time',
    });
  }
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
