import * as ort from 'onnxruntime-web/webgpu';
import { createWebRuntime } from './ort-web.ts';
import type { Runtime, RuntimeOptions } from './types.ts';

/**
 * onnxruntime-web on WebGPU: a build of its own, twice as large, so it is loaded only where it is used.
 * @throws E_CONFIG where the provider's name is another
 */
export function createRuntime(options: RuntimeOptions = {}): Runtime {
  return createWebRuntime(ort, 'webgpu', options);
}
