import * as ort from 'onnxruntime-web/wasm';
import { createWebRuntime } from './ort-web.ts';
import type { Runtime, RuntimeOptions } from './types.ts';

/**
 * The runtime of browsers: onnxruntime-web on WASM. It also runs in Node, where the tests hold it against onnxruntime-node.
 * @throws E_CONFIG where the provider's name is another
 */
export function createRuntime(options: RuntimeOptions = {}): Runtime {
  return createWebRuntime(ort, 'wasm', options);
}
