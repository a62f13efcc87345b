/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import type { OpenModelArgs } from '../messages.ts';

/** Browsers share memory between threads only where a page is cross-origin isolated. */
const MAX_THREADS = 4;

export interface OpenedRuntime {
  readonly runtime: Runtime;
  readonly numThreads: number;
}

/**
 * The runtimes to try for a choice, best first.
 * @throws E_CONFIG for a name that is no runtime; E_RUNTIME where WebGPU was asked for and this browser has none
 */
export async function runtimesFor({
  runtime: asked = 'auto',
  wasmPaths,
  numThreads: wanted,
}: Omit<OpenModelArgs, 'source'>): Promise<(() => Promise<OpenedRuntime>)[]> {
  if (!['auto', 'wasm', 'webgpu'].includes(asked)) {
    throw new SamesameError('E_CONFIG', {
      what: 'there is no such runtime',
      expected: 'auto, wasm or webgpu',
      received: String(asked),
      details: { option: 'runtime' },
    });
  }
  const numThreads = globalThis.crossOriginIsolated
    ? (wanted ?? Math.min(MAX_THREADS, navigator.hardwareConcurrency || 1))
    : 1;
  const wasm = async () => {
    const { createRuntime } = await import('#web-runtime');
    return { runtime: createRuntime({ numThreads, wasmPaths }), numThreads };
  };
  const webgpu = async () => {
    const { createRuntime } = await import('#webgpu-runtime');
    return { runtime: createRuntime({ numThreads, wasmPaths }), numThreads };
  };
  if (asked === 'wasm') return [wasm];
  const hasGpu = await hasGraphicsAdapter();
  if (asked === 'auto') return hasGpu ? [webgpu, wasm] : [wasm];
  if (hasGpu) return [webgpu];
  throw new SamesameError('E_RUNTIME', {
    what: 'this browser has no WebGPU, or no graphics adapter for it',
    expected: 'a browser with WebGPU, and a page that came over https or from this machine',
    help: 'leave runtime out, and WASM is used where there is no WebGPU',
  });
}

interface Gpu {
  requestAdapter(): Promise<unknown>;
}

async function hasGraphicsAdapter(): Promise<boolean> {
  const { gpu } = navigator as Navigator & { readonly gpu?: Gpu };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  return adapter !== undefined && adapter !== null;
}
