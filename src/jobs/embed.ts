import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { fileSet } from '../data/sources/file-set.ts';
import { listImages } from '../data/sources/walk.ts';
import type { BadImage, ProgressEvent } from '../data/types.ts';
import type { Model } from '../model/model.ts';
import { noneReadable } from './bad-images.ts';
import { embedSet } from './encode/embed-set.ts';
import { encodeNpz } from './npz-writer.ts';

/** Embeddings by path. */
export interface EmbeddedFiles {
  /** Paths of the images that could be read: those given, and those found in folders, in that order. */
  readonly paths: readonly string[];
  /** float32 `[paths.length, embeddingSize]`. */
  readonly embeddings: Float32Array;
  readonly embeddingSize: number;
  readonly bad: readonly BadImage[];
}

export interface EmbedOptions {
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly signal?: AbortSignal;
}

/**
 * Embeds image files and every image below folders. A bad image is left out and listed in `bad`.
 * @throws E_NOT_FOUND for a path that is not there, E_DATA_EMPTY where there is no image, E_IMAGES_BAD where none can be
 *   read; what `signal` aborts with
 */
export async function embedFiles(
  model: Model,
  inputs: readonly string[],
  { onProgress, signal }: EmbedOptions = {},
): Promise<EmbeddedFiles> {
  const { embeddingSize } = model.config.encoder;
  const set = fileSet(await listInputs(inputs));
  const encoder = { target: model.config.input, embeddingSize, embed: model.embed };
  const { images, embeddings, bad } = await embedSet(set, encoder, { onProgress, signal });
  if (images.length === 0) throw noneReadable(bad);
  return { paths: images.map(set.id), embeddings, embeddingSize, bad };
}

/**
 * Where embeddings can be written to.
 * @throws E_CONFIG for any other ending
 */
export function checkEmbeddingsPath(path: string): '.npz' | '.jsonl' {
  const ending = extname(path).toLowerCase();
  if (ending === '.npz' || ending === '.jsonl') return ending;
  throw new SamesameError('E_CONFIG', {
    what: `embeddings cannot be written to ${path}`,
    expected: 'a name that ends in .npz or .jsonl',
    received: ending === '' ? 'no ending' : ending,
  });
}

/**
 * Writes embeddings, whole or not at all: an `.npz` with `embeddings` float32 `[N, D]` and `names`, or a `.jsonl` with
 * `{"path", "embedding"}` a line.
 * @throws E_CONFIG, E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function writeEmbeddings(path: string, embedded: EmbeddedFiles): Promise<void> {
  const { paths, embeddings, embeddingSize } = embedded;
  if (checkEmbeddingsPath(path) === '.npz') {
    const shape = [paths.length, embeddingSize];
    await writeFileAtomic(
      path,
      encodeNpz({ embeddings: { data: embeddings, shape }, names: { names: paths } }),
    );
    return;
  }
  const lines = paths.map((image, i) => {
    const row = embeddings.subarray(i * embeddingSize, (i + 1) * embeddingSize);
    // Nine digits are what a float32 needs to come back as it was.
    const embedding = Array.from(row, (value) => Number(value.toPrecision(9)));
    return Buffer.from(`${JSON.stringify({ path: image, embedding })}\n`);
  });
  await writeFileAtomic(path, Buffer.concat(lines));
}

/** Files as given, and the images below folders. @throws E_NOT_FOUND, E_DATA_EMPTY */
export async function listInputs(inputs: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const input of inputs) {
    const found = await stat(input).catch((error) => {
      throw errorFromSystem(error, `reading ${input}`);
    });
    if (found.isDirectory()) {
      for (const path of (await listImages(input)).paths) paths.push(join(input, path));
    } else paths.push(input);
  }
  if (paths.length > 0) return paths;
  throw new SamesameError('E_DATA_EMPTY', {
    what: `there is no image in ${inputs.join(', ')}`,
    expected: 'image files, or folders with images in them (jpg, png, webp, gif, tiff, avif, bmp, ppm)',
  });
}
