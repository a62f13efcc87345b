import type { Site } from '../state/site.ts';
import type { Collection, Neighbour, Picture } from './types.ts';

type Service = Extract<Site, { kind: 'service' }>;

/** Worked out once: a map asks for thousands of addresses. */
const IMAGES = new URL('v1/images/', location.href).href;

/**
 * The images of the server's store.
 * @param readLabels names of labels, as far as they are known: they come with the model, which arrives later
 */
export function serviceCollection(
  { client, numImages }: Service,
  readLabels: () => readonly string[],
): Collection {
  const pictureOf = ({ id, name, label }: Pick<Picture, 'id' | 'name' | 'label'>): Picture => ({
    id,
    name,
    label,
    thumbnail: thumbnailAddress(id),
  });
  const search: Collection['search'] = async (query, { k, labels: only, signal }) => {
    const { results } = await client.search([query], { k, labels: only, signal });
    const [result] = results;
    if ('problem' in result) throw new Error(result.problem.detail);
    return result.neighbours.map(
      (neighbour): Neighbour => ({
        ...pictureOf(neighbour),
        distance: neighbour.distance,
        probability: neighbour.probability,
        verdict: neighbour.verdict,
      }),
    );
  };
  return {
    kind: 'service',
    numImages: numImages ?? 0,
    get labels() {
      return readLabels();
    },
    search,
    async neighboursOf(picture, options) {
      // The service searches by pictures: the small one stands for the image.
      const small = await client.thumbnail(picture.id, { signal: options.signal });
      const found = await search(small, { ...options, k: options.k + 1 });
      return found.filter(({ id }) => id !== picture.id).slice(0, options.k);
    },
    async map({ signal }) {
      const { method, images, numImages: total } = await client.map({ signal });
      return {
        method,
        pictures: images.map(pictureOf),
        points: images.map(({ x, y }) => [x, y] as const),
        numImages: total,
      };
    },
    async groups(within, { signal }) {
      const { groups } = await client.duplicates({ maxDistance: within, signal });
      return groups.map(({ centre, others }) => ({
        pictures: [centre, ...others].map((image) => ({
          ...pictureOf(image),
          sizeBytes: image.sizeBytes,
          source: image.source,
        })),
        distances: [0, ...others.map(({ distance }) => distance)],
      }));
    },
  };
}

function thumbnailAddress(id: string): string {
  return `${IMAGES}${encodeURIComponent(id)}/thumbnail`;
}
