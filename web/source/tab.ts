import type { WebModel } from '../../src/web/index.ts';
import { ask } from '../engine/engine.ts';
import { type TabImage, vectorsOf } from './tab-images.ts';
import type { Collection, Neighbour, Picture, SearchOptions } from './types.ts';

/** The person's images, with everything done in this tab. */
export function tabCollection(model: WebModel, images: readonly TabImage[]): Collection {
  const byId = new Map(images.map((image) => [image.id, image]));
  const nearest = async (
    embedding: Float32Array,
    { k, labels, signal }: SearchOptions,
    exceptIds: readonly string[] = [],
  ): Promise<Neighbour[]> => {
    const vectors = await vectorsOf(model);
    const filter = { ...(labels.length > 0 && { labels }), exceptIds };
    const found = await vectors.search(embedding, { k, filter, signal });
    return found.flatMap(({ id, distance }) => {
      const image = byId.get(id);
      return image === undefined ? [] : [{ ...image, ...model.judge(distance) }];
    });
  };
  const embeddings = () => {
    const values = new Float32Array(images.length * model.info.embeddingSize);
    images.forEach(({ embedding }, i) => {
      values.set(embedding, i * model.info.embeddingSize);
    });
    return { values, numImages: images.length };
  };
  return {
    kind: 'tab',
    numImages: images.length,
    labels: labelsOf(images),
    async search(query, options) {
      return nearest(await model.embed([query], { signal: options.signal }), options);
    },
    async neighboursOf(picture, options) {
      return nearest(byId.get(picture.id)!.embedding, options, [picture.id]);
    },
    async map({ onShare, signal }) {
      const { method, points } = await ask('places', embeddings(), {
        onEvent: ({ share }) => onShare?.(share),
        signal,
      });
      return { method, points, pictures: images, numImages: images.length };
    },
    async groups(within, { onShare, signal }) {
      const groups = await ask(
        'groups',
        { ...embeddings(), within },
        { onEvent: ({ share }) => onShare?.(share), signal },
      );
      return groups.map(({ places, distances }) => ({
        pictures: places.map((place) => images[place]),
        distances,
      }));
    },
  };
}

/** The names that occur, in order. */
export function labelsOf(pictures: readonly Picture[]): string[] {
  const names = new Set(pictures.flatMap(({ label }) => (label === null ? [] : [label])));
  return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
