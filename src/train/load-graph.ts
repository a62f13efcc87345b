import { compile } from '../graph/compile.ts';
import { findConvBlock } from '../graph/conv-block.ts';
import type { Program, Runtime } from '../graph/runtime/types.ts';
import type { Tensor } from '../graph/tensor.ts';

type Outputs = Readonly<Record<string, Tensor>>;

/** A graph of a training step as ONNX, its convolutions in the layout that is fastest here. */
export async function compileGraph(outputs: Outputs, name: string, runtime: Runtime): Promise<Uint8Array> {
  return compile(outputs, { name, convBlock: await findConvBlock(runtime) }).bytes;
}

/** Loads a graph of a training step. */
export async function loadGraph(outputs: Outputs, name: string, runtime: Runtime): Promise<Program> {
  return runtime.load(await compileGraph(outputs, name, runtime), { purpose: 'training' });
}
