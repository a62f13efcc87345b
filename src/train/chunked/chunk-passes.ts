import type { Program, Runtime, RuntimeTensor } from '../../graph/runtime/types.ts';
import { createRandomBits, feedBits, feedRows, feedTruth } from '../batch-feeds.ts';
import { loadGraph } from '../load-graph.ts';
import { nextOf } from '../step-graph.ts';
import type { StepBatch } from '../stepper.ts';
import { type ChunkedStep, EMBEDDINGS, gradientOf, sumOf } from './chunked-graphs.ts';

type Tensors = Readonly<Record<string, RuntimeTensor>>;

/** What the chunks of a batch come to. */
export interface ChunkResults {
  /** `loss` and the diagnostics. */
  readonly scalars: Tensors;
  /** Gradient of the loss by trained parameter; of the network's, written over by the next run. */
  readonly gradients: Tensors;
  /** Running statistics and memories as the step leaves them. */
  readonly kept: Tensors;
}

/** The passes over a batch in chunks. */
export interface ChunkPasses {
  run(batch: StepBatch, values: ReadonlyMap<string, RuntimeTensor>): Promise<ChunkResults>;
  close(): Promise<void>;
}

/** Loads the passes of a chunked step. */
export async function loadChunkPasses(step: ChunkedStep, runtime: Runtime): Promise<ChunkPasses> {
  const embedProgram = await loadGraph(step.embed, 'embed-chunk', runtime);
  const lossProgram = await loadGraph(step.loss, 'loss-of-batch', runtime);
  const isTrained = Object.keys(step.backward).length > 0;
  const backwardProgram = isTrained ? await loadGraph(step.backward, 'backward-chunk', runtime) : undefined;
  const chunksOf = createChunkFeeds(step, embedProgram, runtime);
  const bitsOfLoss = createRandomBits(step.randomInputs.loss);
  const embeddings = createRows(step, runtime);
  const byEmbeddings = createRows(step, runtime);
  const ofNetwork = step.parameters.filter(({ name }) => step.backward[nextOf(sumOf(name))] !== undefined);
  const keptNames = (outputs: ChunkedStep['embed']) =>
    step.parameters.map(({ name }) => name).filter((name) => outputs[nextOf(name)] !== undefined);
  const keptByNetwork = keptNames(step.embed);
  const keptByLoss = keptNames(step.loss);
  // A chunk reads the sums of one set and writes the other.
  const sums = [0, 1].map(() =>
    ofNetwork.map(({ shape }) =>
      runtime.tensor('float32', new Float32Array(shape.reduce((a, b) => a * b, 1)), shape),
    ),
  );

  async function embed(chunks: readonly Tensors[], values: ReadonlyMap<string, RuntimeTensor>) {
    const kept = new Map<string, RuntimeTensor>();
    for (const [c, chunk] of chunks.entries()) {
      const known = { ...Object.fromEntries(values), ...Object.fromEntries(kept), ...chunk };
      const results = await embedProgram.run(only(embedProgram, known), {
        [EMBEDDINGS]: embeddings.chunks[c],
      });
      for (const name of keptByNetwork) kept.set(name, results[nextOf(name)]);
    }
    return kept;
  }

  async function passBack(chunks: readonly Tensors[], values: ReadonlyMap<string, RuntimeTensor>) {
    if (backwardProgram === undefined) return {};
    for (const { data } of sums[0]) (data as Float32Array).fill(0);
    for (const [c, chunk] of chunks.entries()) {
      const known: Record<string, RuntimeTensor> = { ...Object.fromEntries(values), ...chunk };
      known[gradientOf(EMBEDDINGS)] = byEmbeddings.chunks[c];
      const fetches: Record<string, RuntimeTensor> = {};
      for (const [i, { name }] of ofNetwork.entries()) {
        known[sumOf(name)] = sums[c % 2][i];
        fetches[nextOf(sumOf(name))] = sums[1 - (c % 2)][i];
      }
      await backwardProgram.run(only(backwardProgram, known), fetches);
    }
    const last = sums[chunks.length % 2];
    return Object.fromEntries(ofNetwork.map(({ name }, i) => [name, last[i]]));
  }

  return {
    async run(batch, values) {
      const chunks = chunksOf(batch);
      const kept = await embed(chunks, values);
      const results = await lossProgram.run(
        only(lossProgram, {
          ...Object.fromEntries(values),
          ...feedTruth(batch, runtime),
          ...feedBits(step.randomInputs.loss, bitsOfLoss(batch), runtime),
          [EMBEDDINGS]: embeddings.whole,
        }),
        { [gradientOf(EMBEDDINGS)]: byEmbeddings.whole },
      );
      for (const name of keptByLoss) kept.set(name, results[nextOf(name)]);
      const ofNetworkWeights = await passBack(chunks, values);
      const pick = (names: readonly string[], key: (name: string) => string) =>
        Object.fromEntries(
          names.flatMap((name) => (key(name) in results ? [[name, results[key(name)]]] : [])),
        );
      return {
        scalars: pick(['loss', ...step.diagnostics], (name) => name),
        gradients: {
          ...ofNetworkWeights,
          ...pick(
            step.parameters.map(({ name }) => name),
            gradientOf,
          ),
        },
        kept: Object.fromEntries(kept),
      };
    },
    async close() {
      for (const program of [embedProgram, lossProgram, backwardProgram]) await program?.close();
    },
  };
}

/** What a program asks for, of what there is. */
export function only({ inputs }: Program, known: Tensors): Record<string, RuntimeTensor> {
  return Object.fromEntries(Object.keys(inputs).map((name) => [name, known[name]]));
}

/**
 * A row for each image, float32 `[N, D]`, and the same memory chunk by chunk. The rows that fill the last chunk up lie
 * behind the batch and stay 0 where nobody writes them.
 */
function createRows({ batchSize, chunkSize, numChunks, embeddingSize: D }: ChunkedStep, runtime: Runtime) {
  const rows = new Float32Array(numChunks * chunkSize * D);
  return {
    whole: runtime.tensor('float32', rows.subarray(0, batchSize * D), [batchSize, D]),
    chunks: Array.from({ length: numChunks }, (_, c) =>
      runtime.tensor('float32', rows.subarray(c * chunkSize * D, (c + 1) * chunkSize * D), [chunkSize, D]),
    ),
  };
}

/** A batch's images and random bits, chunk by chunk. The last chunk is filled up with its last image. */
function createChunkFeeds(step: ChunkedStep, { inputs }: Program, runtime: Runtime) {
  const { batchSize, chunkSize, numChunks } = step;
  const bitsOf = createRandomBits(step.randomInputs.chunk, numChunks);
  let filled = new Uint8Array();
  return (batch: StepBatch): readonly Tensors[] => {
    const { images } = batch;
    const rowBytes = images.length / batchSize;
    const chunkBytes = chunkSize * rowBytes;
    const bits = bitsOf(batch);
    return Array.from({ length: numChunks }, (_, c) => {
      let bytes = images.subarray(c * chunkBytes, (c + 1) * chunkBytes);
      if (bytes.length < chunkBytes) {
        if (filled.length !== chunkBytes) filled = new Uint8Array(chunkBytes);
        filled.set(bytes);
        for (let at = bytes.length; at < chunkBytes; at += rowBytes)
          filled.set(images.subarray(images.length - rowBytes), at);
        bytes = filled;
      }
      return { ...feedRows(bytes, inputs, runtime), ...feedBits(step.randomInputs.chunk, bits, runtime, c) };
    });
  };
}
