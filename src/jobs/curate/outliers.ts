import { createRuntime } from '#runtime';
import { writeFileAtomic } from '../../base/files.ts';
import { createGalleryProducts } from '../../model/products.ts';
import { formatCount, formatNumber } from '../../report/format.ts';
import { renderGalleryPage } from '../../report/index.ts';
import { defaultReach, findOutliers, type OutlierMethod, type Outliers } from '../../search/outliers.ts';
import { classOf, drawImage } from './draw-images.ts';
import { type EmbeddedData, type EmbeddedJob, openEmbedded } from './open-embedded.ts';

export interface OutliersJob extends EmbeddedJob {
  readonly method?: OutlierMethod;
  /** Neighbours of each image. Default: `defaultReach`. */
  readonly k?: number;
}

/** Images unlike all others. */
export interface FoundOutliers extends Outliers {
  readonly data: EmbeddedData;
  readonly method: OutlierMethod;
  readonly k: number;
}

/**
 * Finds the images of a data set that are unlike all others.
 * @throws what `openEmbedded` and `findOutliers` throw
 */
export async function outliers(job: OutliersJob): Promise<FoundOutliers> {
  const { method = 'distance' } = job;
  const data = await openEmbedded(job);
  const { images, embeddings } = data;
  const k = job.k ?? defaultReach(images.length);
  const gallery = await createGalleryProducts(embeddings, images.length, job.runtime ?? createRuntime());
  try {
    const found = await findOutliers({
      embeddings,
      numRows: images.length,
      method,
      k,
      products: gallery.products,
    });
    return { ...found, data, method, k };
  } finally {
    await gallery.close();
  }
}

const MAX_SHOWN = 120;
/** So many are shown in any case: the strangest of a set are worth a look. */
const MIN_SHOWN = 20;

/** @throws E_PERMISSION, E_DISK_FULL, E_IO */
export async function writeOutliersPage(found: FoundOutliers, path: string): Promise<void> {
  const { data, order, numOutliers, strangeness, limit, nearest, method, k } = found;
  const { set, images, source } = data;
  const groups = [];
  const numShown = Math.min(MAX_SHOWN, Math.max(MIN_SHOWN, numOutliers), order.length);
  for (const [rank, row] of order.slice(0, numShown).entries()) {
    const [index, other] = [images[row], images[nearest[row]]];
    const [own, its] = [classOf(set, index), classOf(set, other)];
    groups.push({
      images: [
        await drawImage(
          set,
          index,
          [`strangeness ${formatNumber(strangeness[row])}`, ...(own ? [own] : [])],
          rank < numOutliers ? ['outlier', 'copy'] : undefined,
        ),
        await drawImage(set, other, ['the nearest image', ...(its ? [its] : [])]),
      ],
      numMore: 0,
    });
  }
  const page = renderGalleryPage({
    title: `Outliers of ${set.name}`,
    headline:
      numOutliers === 0
        ? 'No outlier'
        : `${formatCount(numOutliers)} ${numOutliers === 1 ? 'outlier' : 'outliers'}`,
    lead: `${set.name}: ${formatCount(images.length)} images by ${source}.`,
    tiles: [
      ['Images', formatCount(images.length), 'embedded'],
      ['Outliers', formatCount(numOutliers), `from ${formatNumber(limit)} on`],
    ],
    sections: [
      {
        title: 'The strangest images',
        lead: 'The strangest first, each beside the image that is nearest to it.',
        groups,
        numMore: Math.max(0, numOutliers - numShown),
        nothing: 'There is no image.',
      },
    ],
    facts: [
      [
        'Strangeness',
        method === 'lof'
          ? 'local outlier factor: 1 is as dense as the neighbours'
          : k === 1
            ? 'distance to the nearest image'
            : `distance to the nearest image but ${k - 1}`,
      ],
      ['Outlier from', formatNumber(limit)],
      ['Embedded with', source],
    ],
    footer: 'An outlier is no mistake by itself: look before you remove it.',
    data: outliersToJson(found),
  });
  await writeFileAtomic(path, page);
}

export function outliersToJson(found: FoundOutliers): object {
  const { data, order, numOutliers, strangeness, limit, nearest, method, k } = found;
  const { set, images, source, bad, warnings } = data;
  return {
    images: images.length,
    source,
    method,
    k,
    limit,
    outliers: numOutliers,
    strangest: order.slice(0, Math.max(MIN_SHOWN, numOutliers)).map((row, rank) => ({
      image: set.id(images[row]),
      strangeness: strangeness[row],
      outlier: rank < numOutliers,
      nearest: set.id(images[nearest[row]]),
      class: classOf(set, images[row]) ?? null,
    })),
    bad: bad.length,
    badImages: bad,
    warnings,
  };
}
