import { readOnnx } from '../graph/read.ts';

/** Numbers that training has set in a model's ONNX files: weights, and the running statistics of batch norm. */
export function countParameters(...files: readonly (Uint8Array | undefined)[]): number {
  let count = 0;
  for (const file of files) {
    if (file === undefined) continue;
    for (const [name, { data }] of readOnnx(file).initializers) {
      // A parameter is named layer/parameter; the other constants belong to the graph.
      if (name.includes('/')) count += data.length;
    }
  }
  return count;
}
