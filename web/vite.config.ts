import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const fromRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

// The page asks for WebAssembly alone, so the build for graphics cards, 27 MB, is left out.
const WASM_RUNTIME = fromRoot('src/graph/runtime/web.ts');
const resolve = {
  alias: [
    { find: '#runtime', replacement: WASM_RUNTIME },
    { find: '#web-runtime', replacement: WASM_RUNTIME },
    { find: '#webgpu-runtime', replacement: WASM_RUNTIME },
  ],
};

// Says which plugin took how long wherever the machine is busy, which is nothing to warn of.
const rolldownOptions = { checks: { bundlerTimings: false } };

export default defineConfig({
  root: fromRoot('web'),
  // Relative addresses: the folder works at any place of any host.
  base: './',
  resolve,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fromRoot('dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    manifest: 'manifest.json',
    chunkSizeWarningLimit: 1000,
    reportCompressedSize: false,
    rolldownOptions,
  },
  worker: { format: 'es', rolldownOptions },
});
