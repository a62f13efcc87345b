import { compile } from '../graph/compile.ts';
import { matmul } from '../graph/ops/matmul.ts';
import { input } from '../graph/ops/source.ts';
import type { Runtime } from '../graph/runtime/types.ts';

/** Inner products of rows with a fixed gallery. */
export interface GalleryProducts {
  /** float32 `[B, D]` → float32 `[B, G]`, valid until the next call. */
  products(block: Float32Array, numRows: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Inner products by ONNX Runtime's matrix multiplication: some fifty times as fast as loops in TypeScript.
 * @param gallery float32 `[G, D]`, not copied
 */
export async function createGalleryProducts(
  gallery: Float32Array,
  numGallery: number,
  runtime: Runtime,
): Promise<GalleryProducts> {
  const dim = gallery.length / numGallery;
  const rows = input('rows', 'float32', ['rows', dim]);
  const columns = input('gallery', 'float32', [numGallery, dim]);
  const program = await runtime.load(
    compile({ products: matmul(rows, columns, { transposeB: true }) }).bytes,
  );
  const held = runtime.tensor('float32', gallery, [numGallery, dim]);
  return {
    async products(block, numRows) {
      const results = await program.run({
        rows: runtime.tensor('float32', block, [numRows, dim]),
        gallery: held,
      });
      return results.products.data as Float32Array;
    },
    close: () => program.close(),
  };
}
