import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const fromRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The smallest ONNX Runtime: WebAssembly alone. The default entry would bring 27 MB for GPUs. */
const RUNTIME = 'onnxruntime-web/wasm';

const resolve = {
  alias: [
    { find: '#runtime', replacement: fromRoot('src/graph/runtime/web.ts') },
    { find: /^onnxruntime-web$/, replacement: RUNTIME },
  ],
};

export default defineConfig({
  root: fromRoot('web'),
  // Relative addresses: the folder works at any place of any host.
  base: './',
  resolve,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fromRoot('dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    manifest: 'manifest.json',
    chunkSizeWarningLimit: 1000,
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
});
