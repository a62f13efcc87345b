import { resolve } from 'node:path';
import { createRuntime } from '#runtime';
import { SamesameError } from '../../base/errors.ts';
import { type Dataset, openDataset } from '../../data/sources/open.ts';
import type { BadImage, ImageSet } from '../../data/types.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import type { TrainEvent } from '../../train/progress.ts';
import { describeBad, noneReadable } from '../bad-images.ts';
import { embedSet } from '../encode/embed-set.ts';
import { type EncoderChoice, openEncoder } from '../encode/open-encoder.ts';
import { readEmbeddings } from '../encode/read-embeddings.ts';

/** Images, and what their embeddings come from: a network, or a file that `samesame embed` wrote. */
export interface EmbeddedJob extends EncoderChoice {
  /** A data set as `openDataset` takes it; labels are used where there are any. */
  readonly data: string;
  /** `.npz` or `.jsonl`: embeddings by the images' paths or names. */
  readonly embeddings?: string;
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

/** Images with their embeddings. */
export interface EmbeddedData {
  readonly set: ImageSet;
  readonly format: Dataset['format'];
  /** float32 `[images.length, D]`. */
  readonly embeddings: Float32Array;
  readonly embeddingSize: number;
  /** Which images of the set the rows are of, ascending. */
  readonly images: readonly number[];
  /** What the embeddings come from. */
  readonly source: string;
  readonly bad: readonly BadImage[];
  readonly warnings: readonly string[];
}

/**
 * Opens a data set with its embeddings.
 * @throws E_CONFIG where it is not clear what to embed with, E_IMAGES_BAD where no image can be read, E_DATA where the
 *   embeddings are of other images; what opening the data, the network and the file throws
 */
export async function openEmbedded(job: EmbeddedJob): Promise<EmbeddedData> {
  const { data, embeddings: file, signal, onEvent = () => {}, runtime = createRuntime() } = job;
  const warnings: string[] = [];
  const warn = (message: string) => {
    warnings.push(message);
    onEvent({ kind: 'warning', message });
  };
  checkSource(job);
  const { set, format } = await openDataset(data, { labels: 'optional' });
  const found =
    file === undefined
      ? await embed(set, job, runtime, onEvent, signal, warn)
      : await lookUp(set, file, warn);
  return { set, format, ...found, warnings };
}

function checkSource({ model, backbone, embeddings }: EmbeddedJob): void {
  const numSources = [model, backbone, embeddings].filter((source) => source !== undefined).length;
  if (numSources === 1) return;
  throw new SamesameError('E_CONFIG', {
    what: 'what images are to be embedded with is not clear',
    expected:
      'one of a trained model (--model), a pretrained network (--backbone), and a file of samesame embed (--embeddings)',
    received: numSources === 0 ? 'none of them' : 'several of them',
    help: 'samesame backbones lists pretrained networks; samesame train makes a model',
  });
}

async function embed(
  set: ImageSet,
  job: EncoderChoice,
  runtime: Runtime,
  onEvent: (event: TrainEvent) => void,
  signal: AbortSignal | undefined,
  warn: (message: string) => void,
) {
  const encoder = await openEncoder(job, runtime, onEvent, signal);
  try {
    const found = await embedSet(set, encoder, {
      signal,
      onProgress: (event) => onEvent({ kind: 'stage', ...event }),
    });
    const { bad, images } = found;
    if (images.length === 0) throw noneReadable(bad);
    if (bad.length > 0) warn(describeBad({ bad, numImages: set.numImages }, 'the list that --json prints'));
    return { ...found, source: encoder.name };
  } finally {
    await encoder.close();
  }
}

async function lookUp(set: ImageSet, file: string, warn: (message: string) => void) {
  const { names, embeddings: all, embeddingSize } = await readEmbeddings(file);
  // Names may be paths from the working folder, whole paths, or names within the data set.
  const rowOf = new Map(names.flatMap((name, row) => [[resolve(name), row] as const, [name, row] as const]));
  const { pixels } = set;
  const images: number[] = [];
  const rows: number[] = [];
  for (let i = 0; i < set.numImages; i++) {
    const row =
      (pixels.kind === 'encoded' ? rowOf.get(resolve(pixels.path(i))) : undefined) ?? rowOf.get(set.id(i));
    if (row === undefined) continue;
    images.push(i);
    rows.push(row);
  }
  if (images.length === 0) {
    throw new SamesameError('E_DATA', {
      what: `${file} holds embeddings of other images`,
      expected: `names such as ${pixels.kind === 'encoded' ? pixels.path(0) : set.id(0)}`,
      received: `names such as ${names[0]}`,
      help: 'make the embeddings of these images, named by the same path: samesame embed MODEL DATA',
    });
  }
  const numMissing = set.numImages - images.length;
  if (numMissing > 0) warn(`${numMissing} images have no embedding in ${file}: they are left out`);
  const embeddings = new Float32Array(rows.length * embeddingSize);
  for (const [i, row] of rows.entries())
    embeddings.set(all.subarray(row * embeddingSize, (row + 1) * embeddingSize), i * embeddingSize);
  return { embeddings, embeddingSize, images, bad: [] as readonly BadImage[], source: file };
}
