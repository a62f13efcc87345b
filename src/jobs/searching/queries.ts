import { stat } from 'node:fs/promises';
import { SamesameError } from '../../base/errors.ts';
import { reasonOf } from '../../data/pixels/bad.ts';
import type { BadImage } from '../../data/types.ts';
import type { Model } from '../../model/model.ts';
import { imageId, storedPath } from '../../search/store/identity.ts';
import type { VectorStore } from '../../search/store/types.ts';

/** What is asked for: an image as a point. */
export interface Query {
  /** As it was given. */
  readonly name: string;
  /** Where the image lies, for showing it. */
  readonly path: string;
  /** float32 `[D]`. */
  readonly vector: Float32Array;
  /** Its own row in the store, where it has one. */
  readonly id?: string;
}

/**
 * Images by name: a file, which is embedded; or the path or id of a row, whose embedding the store has.
 * @throws E_NOT_FOUND naming one that is neither; E_IMAGE where none can be read
 */
export async function readQueries(
  model: Pick<Model, 'embedFile'>,
  store: VectorStore,
  names: readonly string[],
): Promise<{ readonly queries: readonly Query[]; readonly bad: readonly BadImage[] }> {
  const queries: Query[] = [];
  const bad: BadImage[] = [];
  let failure: unknown;
  for (const name of names) {
    try {
      queries.push(await readQuery(model, store, name));
    } catch (error) {
      if (!(error instanceof SamesameError) || error.code !== 'E_IMAGE') throw error;
      bad.push({ id: name, reason: reasonOf(error) });
      failure = error;
    }
  }
  if (queries.length === 0 && failure !== undefined) throw failure;
  return { queries, bad };
}

async function readQuery(model: Pick<Model, 'embedFile'>, store: VectorStore, name: string): Promise<Query> {
  const found = await stat(name).catch(() => undefined);
  const path = storedPath(name);
  if (found?.isFile()) {
    const vector = await model.embedFile(name);
    const id = imageId(path);
    return { name, path, vector, id: (await store.records([id])).has(id) ? id : undefined };
  }
  // Gone or inside an archive, but in the store; or named by its id.
  const { records, vectors } = await store.get([imageId(path), imageId(name), name]);
  if (records.length > 0) {
    const [{ id, path: held }] = records;
    return { name, path: held, vector: vectors.slice(0, vectors.length / records.length), id };
  }
  throw new SamesameError(found?.isDirectory() ? 'E_USAGE' : 'E_NOT_FOUND', {
    what: found?.isDirectory() ? `${name} is a folder` : `there is no image ${name}`,
    expected: 'an image file, or the path or id of an image in the store',
    help: found?.isDirectory() ? `name its images: ${name}/*.jpg` : 'check the path',
    details: { path: name },
  });
}

/** Weights of Rocchio's method: how far what is like it pulls, and what is not pushes. */
const PULL = 0.75;
const PUSH = 0.25;

/**
 * A query moved toward some images and away from others: `(q + .75·mean(more) − .25·mean(less)) / (the sum of the
 * weights)`, so that it stays among the embeddings wherever they lie; brought back to length 1 where the model's are.
 * @param query float32 `[D]`; undefined where there are only `more`
 * @source Rocchio 1971, "Relevance feedback in information retrieval"; the weights are those of Manning, Raghavan and
 *   Schütze 2008, section 9.1.1, with a stronger push
 */
export function moveQuery(
  query: Float32Array | undefined,
  more: readonly Float32Array[],
  less: readonly Float32Array[],
  normalized: boolean,
): Float32Array {
  const parts: (readonly [number, readonly Float32Array[]])[] = [
    [query === undefined ? 0 : 1, query === undefined ? [] : [query]],
    [more.length === 0 ? 0 : PULL, more],
    [less.length === 0 ? 0 : -PUSH, less],
  ];
  const total = parts.reduce((sum, [weight]) => sum + weight, 0);
  const size = (query ?? more[0]).length;
  const moved = new Float64Array(size);
  for (const [weight, vectors] of parts)
    for (const vector of vectors)
      for (let d = 0; d < size; d++) moved[d] += (weight / total / vectors.length) * vector[d];
  const length = normalized ? Math.hypot(...moved) : 1;
  return Float32Array.from(moved, (value) => (length > 0 ? value / length : value));
}
