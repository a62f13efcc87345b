import { createRandom } from '../base/random.ts';
import { sha256InScript } from '../base/sha256.ts';
import type { Model } from '../model/model.ts';
import { encodeSafetensors } from '../train/safetensors.ts';
import { embedStore, type ImageRows } from './embed-store.ts';

/** Embeddings kept: a permutation test of 500 against 500 takes a second, and more would find what does not matter. */
export const MAX_REFERENCE = 500;

export interface ReferenceData {
  readonly name: string;
  readonly fingerprint: string;
}

export interface ReferenceOptions {
  /** Held-out images to draw from. */
  readonly images: Int32Array;
  /** Checksum of the encoder that embeds them. */
  readonly encoder: string;
  readonly data: ReferenceData;
  readonly seed: string | number;
}

/**
 * The bytes of a reference of at most 500 images, drawn by the seed. The file says which encoder it belongs to.
 * @returns undefined for fewer than two images: nothing can be held against those
 */
export async function makeReference(
  embed: Model['embed'],
  rows: ImageRows,
  { images, ...about }: ReferenceOptions,
): Promise<Uint8Array | undefined> {
  const drawn = drawReference(images, about.seed);
  if (drawn.length < 2) return undefined;
  return encodeReference(await embedStore(embed, rows, drawn), drawn.length, about);
}

/** The images of a reference, ascending. */
export function drawReference(images: Int32Array, seed: string | number): Int32Array {
  if (images.length <= MAX_REFERENCE) return images.slice().sort();
  return createRandom(seed).fork('reference').shuffle(images.slice()).slice(0, MAX_REFERENCE).sort();
}

/** @param embeddings float32 `[numRows, D]` */
export function encodeReference(
  embeddings: Float32Array,
  numRows: number,
  { encoder, data }: Omit<ReferenceOptions, 'images' | 'seed'>,
): Uint8Array {
  const bytes = new Uint8Array(embeddings.buffer, embeddings.byteOffset, embeddings.byteLength);
  return encodeSafetensors({
    tensors: new Map([['embeddings', { shape: [numRows, embeddings.length / numRows], data: embeddings }]]),
    metadata: { encoder, sha256: sha256InScript(bytes), data: data.name, fingerprint: data.fingerprint },
  });
}
