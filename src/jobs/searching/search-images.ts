import { SamesameError } from '../../base/errors.ts';
import type { BadImage } from '../../data/types.ts';
import { type Comparison, judge } from '../../model/judge.ts';
import type { Model } from '../../model/model.ts';
import type {
  ImageRecord,
  MeasuredRecall,
  QueryAnswer,
  SearchOptions,
  StoreFilter,
  VectorStore,
} from '../../search/store/types.ts';
import { moveQuery, type Query, readQueries } from './queries.ts';

export interface SearchJob {
  readonly model: Pick<Model, 'embedFile' | 'config'>;
  readonly store: VectorStore;
  /** Image files, or paths or ids of images in the store; each gets an answer of its own. */
  readonly queries: readonly string[];
  /** Images that every query is moved toward. With them and without a query, they are the query. */
  readonly moreLike?: readonly string[];
  /** Images that every query is moved away from. */
  readonly lessLike?: readonly string[];
  /** Default 10. */
  readonly k?: number;
  readonly filter?: StoreFilter;
  readonly method?: SearchOptions['method'];
  readonly signal?: AbortSignal;
}

/** An image that was found. */
export interface FoundImage {
  readonly record: ImageRecord;
  readonly distance: number;
  /** What the model says about it and the query; undefined where the query is a mixture of images. */
  readonly comparison?: Comparison;
}

export interface AnsweredQuery {
  /** As it was given; `more like these` for a query of nothing else. */
  readonly name: string;
  /** Undefined for a mixture without an image of its own. */
  readonly path?: string;
  readonly method: QueryAnswer['method'];
  /** The nearest first. */
  readonly found: readonly FoundImage[];
}

export interface SearchResult {
  readonly queries: readonly AnsweredQuery[];
  readonly bad: readonly BadImage[];
  readonly recall?: MeasuredRecall;
}

const DEFAULT_K = 10;

/**
 * The images of a store that are most like others. An image of the store is not among its own neighbours, nor are those
 * that it was moved by.
 * @throws E_USAGE without a query; E_NOT_FOUND, E_IMAGE for one that is not there or cannot be read; what the store throws
 */
export async function searchImages(job: SearchJob): Promise<SearchResult> {
  const { model, store, k = DEFAULT_K, filter = {}, method, signal } = job;
  const asked = await readQueries(model, store, job.queries);
  const more = await readQueries(model, store, job.moreLike ?? []);
  const less = await readQueries(model, store, job.lessLike ?? []);
  const points = pointsOf(asked.queries, more.queries, less.queries, model.config.encoder.normalized);
  const isMoved = more.queries.length + less.queries.length > 0;
  const queries: AnsweredQuery[] = [];
  let recall: MeasuredRecall | undefined;
  for (const { name, path, vector, exceptIds } of points) {
    const answer = await store.search(vector, { k, filter: { ...filter, exceptIds }, method, signal });
    recall ??= answer.recall;
    const [{ neighbours, method: how }] = answer.answers;
    const found = neighbours.map(({ record, distance }) => ({
      record,
      distance,
      comparison: isMoved ? undefined : judge(distance, model.config),
    }));
    queries.push({ name, path, method: how, found });
  }
  return { queries, bad: [...asked.bad, ...more.bad, ...less.bad], recall };
}

interface Point {
  readonly name: string;
  readonly path?: string;
  readonly vector: Float32Array;
  readonly exceptIds: readonly string[];
}

function pointsOf(
  queries: readonly Query[],
  more: readonly Query[],
  less: readonly Query[],
  normalized: boolean,
): Point[] {
  const vectorsOf = (images: readonly Query[]) => images.map(({ vector }) => vector);
  const idsOf = (images: readonly Query[]) => images.flatMap(({ id }) => id ?? []);
  const move = (vector: Float32Array | undefined) =>
    more.length + less.length === 0
      ? vector!
      : moveQuery(vector, vectorsOf(more), vectorsOf(less), normalized);
  const others = idsOf([...more, ...less]);
  if (queries.length > 0) {
    return queries.map(({ name, path, vector, id }) => ({
      name,
      path,
      vector: move(vector),
      exceptIds: [...new Set([...(id === undefined ? [] : [id]), ...others])],
    }));
  }
  if (more.length > 0)
    return [{ name: 'more like these', vector: move(undefined), exceptIds: [...new Set(others)] }];
  throw new SamesameError('E_USAGE', {
    what: 'nothing is asked for',
    expected: 'an image, or --more-like with some',
    help: 'samesame search photo.jpg',
  });
}
