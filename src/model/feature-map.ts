import { findCuts } from '../graph/cuts.ts';
import { extractOnnx } from '../graph/extract.ts';
import { type OnnxModel, readOnnx } from '../graph/read.ts';
import type { Program, Runtime, RuntimeTensor } from '../graph/runtime/types.ts';

/** The last place in an encoder where what it sees still lies on a grid, with the part of the network behind it. */
export interface FeatureMap {
  /** `map`: `[N, C, rows, columns]` of a convolutional network. `tokens`: `[N, T, D]` of a transformer. */
  readonly kind: 'map' | 'tokens';
  readonly rows: number;
  readonly columns: number;
  /** int32 `[size]`: the cell of the grid, row by row, that a number of one image's map belongs to; −1 for no cell. */
  readonly cellOf: Int32Array;
  /** What the network makes of images: uint8 `[N, H, W, C]` → float32 `[N, size]`, owned by the caller. */
  read(images: Uint8Array): Promise<Float32Array>;
  /** What it makes of maps: float32 `[N, size]` → float32 `[N, D]` twice, owned by the caller. */
  embed(maps: Float32Array): Promise<EmbeddedMaps>;
  close(): Promise<void>;
}

export interface EmbeddedMaps {
  readonly embedding: Float32Array;
  /** The embedding before it was scaled to length 1; the embedding itself where it is not scaled, or that is not found. */
  readonly unscaled: Float32Array;
}

/** Values to look at from the end backwards: the head of any network has fewer. */
const MAX_CANDIDATES = 48;
const MIN_SIDE = 2;
/** Finer grids say more than an eye can use, and cost more than the answer. */
const MAX_CELLS = 784;
/** Class and register tokens that may stand before the patches. */
const MAX_EXTRA_TOKENS = 16;
/** Bytes of maps in one run of the head: 50 maps of 1,280 × 7 × 7. */
const MAX_RUN_BYTES = 16 * 2 ** 20;

type Place = Pick<FeatureMap, 'kind' | 'rows' | 'columns'> & {
  readonly name: string;
  readonly dims: readonly number[];
  /** Tokens before those of patches. */
  readonly numExtra: number;
};

/**
 * Finds the last feature map of an encoder: the last value that everything passes through, behind a convolution, that is a
 * grid of at least 2 × 2. Where the network goes on with tokens, one a cell of its last grid, those.
 * @param encoder bytes of an `encoder.onnx`
 * @param probe uint8 `[H, W, C]`: an image that shows what shapes its values have
 * @returns undefined where there is none: a network of dense layers, one whose map ends as 1 × 1, two branches
 * @throws E_MODEL, E_RUNTIME
 */
export async function openFeatureMap(
  encoder: Uint8Array,
  probe: Uint8Array,
  runtime: Runtime,
): Promise<FeatureMap | undefined> {
  const model = readOnnx(encoder);
  const imageShape = model.inputs.images.shape.slice(1) as number[];
  const asTensor = (images: Uint8Array) =>
    runtime.tensor('uint8', images, [images.length / probe.length, ...imageShape]);
  const cuts = cutsBehindConvolution(model).slice(-MAX_CANDIDATES);
  const values = await runOnce(extractOnnx(encoder, { outputs: [...cuts, 'embedding'] }), runtime, {
    images: asTensor(probe),
  });
  const place = findPlace(cuts, values);
  if (place === undefined) return undefined;

  const behind = cuts.slice(cuts.indexOf(place.name) + 1);
  const unscaledName = behind.findLast((name) => isUnscaled(values[name], values.embedding)) ?? 'embedding';
  const { name, dims } = place;
  const trunk = await runtime.load(extractOnnx(encoder, { outputs: [name] }));
  const head = await runtime.load(
    extractOnnx(encoder, {
      inputs: { [name]: { dtype: 'float32', shape: ['batch', ...dims.slice(1)] } },
      outputs: [...new Set(['embedding', unscaledName])],
    }),
  );
  const cellOf = cellsOf(place);
  return {
    kind: place.kind,
    rows: place.rows,
    columns: place.columns,
    cellOf,
    async read(images) {
      return (await trunk.run({ images: asTensor(images) }))[name].data.slice() as Float32Array;
    },
    embed: (maps) => embedMaps(maps, { head, runtime, name, dims, unscaledName, size: cellOf.length }),
    async close() {
      await trunk.close();
      await head.close();
    },
  };
}

/** What everything passes through on the way to the embedding, from the first convolution on. */
function cutsBehindConvolution(model: OnnxModel): string[] {
  const first = model.nodes.find(({ opType }) => opType === 'Conv');
  if (first === undefined) return [];
  const cuts = findCuts(model, 'images', 'embedding');
  const order = new Map(model.nodes.flatMap(({ outputs }, i) => outputs.map((name) => [name, i] as const)));
  const from = order.get(first.outputs[0])!;
  return cuts.filter((name) => order.get(name)! >= from);
}

function findPlace(
  cuts: readonly string[],
  values: Readonly<Record<string, RuntimeTensor>>,
): Place | undefined {
  const grid = cuts.findLast((name) => isGrid(values[name]));
  if (grid === undefined) return undefined;
  const { dims } = values[grid];
  const [, , rows, columns] = dims;
  const numCells = rows * columns;
  // A transformer's last grid is that of its patches; behind it each is a token.
  const tokens = cuts.slice(cuts.indexOf(grid) + 1).findLast((name) => {
    const { type, dims: shape } = values[name];
    const numExtra = shape[1] - numCells;
    return type === 'float32' && shape.length === 3 && numExtra >= 0 && numExtra <= MAX_EXTRA_TOKENS;
  });
  if (tokens === undefined) return { kind: 'map', name: grid, dims, rows, columns, numExtra: 0 };
  const shape = values[tokens].dims;
  return { kind: 'tokens', name: tokens, dims: shape, rows, columns, numExtra: shape[1] - numCells };
}

function isGrid({ type, dims }: RuntimeTensor): boolean {
  const [numImages, , rows, columns] = dims;
  return (
    type === 'float32' &&
    dims.length === 4 &&
    numImages === 1 &&
    rows >= MIN_SIDE &&
    columns >= MIN_SIDE &&
    rows * columns <= MAX_CELLS
  );
}

/** Whether `x / |x|` is the embedding, and `x` is not. */
function isUnscaled({ type, data }: RuntimeTensor, embedding: RuntimeTensor): boolean {
  if (type !== 'float32' || data.length !== embedding.data.length) return false;
  const values = data as Float32Array;
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  if (length < 1e-6 || Math.abs(length - 1) < 1e-6) return false;
  return values.every((value, i) => Math.abs(value / length - Number(embedding.data[i])) < 1e-4);
}

function cellsOf({ kind, dims, rows, columns, numExtra }: Place): Int32Array {
  const size = dims.slice(1).reduce((product, dim) => product * dim, 1);
  if (kind === 'map') return Int32Array.from({ length: size }, (_, i) => i % (rows * columns));
  return Int32Array.from({ length: size }, (_, i) => Math.max(-1, Math.floor(i / dims[2]) - numExtra));
}

async function runOnce(
  model: Uint8Array,
  runtime: Runtime,
  feeds: Readonly<Record<string, RuntimeTensor>>,
): Promise<Record<string, RuntimeTensor>> {
  const program = await runtime.load(model);
  try {
    return await program.run(feeds);
  } finally {
    await program.close();
  }
}

interface Head {
  readonly head: Program;
  readonly runtime: Runtime;
  /** Of the value that is fed, and of the one before scaling. */
  readonly name: string;
  readonly unscaledName: string;
  readonly dims: readonly number[];
  readonly size: number;
}

async function embedMaps(
  maps: Float32Array,
  { head, runtime, name, unscaledName, dims, size }: Head,
): Promise<EmbeddedMaps> {
  const numMaps = maps.length / size;
  const perRun = Math.max(1, Math.floor(MAX_RUN_BYTES / (4 * size)));
  const parts: Record<string, RuntimeTensor>[] = [];
  for (let start = 0; start < numMaps; start += perRun) {
    const end = Math.min(start + perRun, numMaps);
    const fed = runtime.tensor('float32', maps.subarray(start * size, end * size), [
      end - start,
      ...dims.slice(1),
    ]);
    parts.push(await head.run({ [name]: fed }));
  }
  const join = (output: string) => {
    const all = new Float32Array(parts.reduce((sum, part) => sum + part[output].data.length, 0));
    let offset = 0;
    for (const part of parts) {
      all.set(part[output].data as Float32Array, offset);
      offset += part[output].data.length;
    }
    return all;
  };
  const embedding = join('embedding');
  return { embedding, unscaled: unscaledName === 'embedding' ? embedding : join(unscaledName) };
}
