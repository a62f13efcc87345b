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

/** @throws E_CONFIG for a name that is no runtime */
export function checkRuntime({ runtime = 'auto' }: Pick<OpenModelArgs, 'runtime'>): void {
  if (['auto', 'wasm', 'webgpu'].includes(runtime)) return;
  throw new SamesameError('E_CONFIG', {
    what: 'there is no such runtime',
    expected: 'auto, wasm or webgpu',
    received: String(runtime),
    details: { option: 'runtime' },
  });
}

/**
 * The runtimes to try for a choice, best first.
 * @throws E_RUNTIME where WebGPU was asked for and this browser has none
 */
export async function runtimesFor({
  runtime: asked = 'auto',
  wasmPaths,
  numThreads: wanted,
}: Omit<OpenModelArgs, 'source'>): Promise<(() => Promise<OpenedRuntime>)[]> {
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

/** A graphics process that hangs or starts over and over never answers; a person does not wait for it longer than that. */
const PATIENCE_MS = 5000;

async function hasGraphicsAdapter(): Promise<boolean> {
  const { gpu } = navigator as Navigator & { readonly gpu?: Gpu };
  if (gpu === undefined) return false;
  const noAnswer = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null));
  const adapter = await Promise.race([gpu.requestAdapter().catch(() => null), noAnswer]);
  return adapter !== null;
}
