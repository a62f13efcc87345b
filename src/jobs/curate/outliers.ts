import { writeFileAtomic } from '../../base/files.ts';
import { formatCount, formatNumber } from '../../report/format.ts';
import { renderGalleryPage } from '../../report/index.ts';
import {
  DEFAULT_OUTLIER_NEIGHBOURS,
  findOutliers,
  type OutlierMethod,
  type Outliers,
} from '../../search/outliers.ts';
import { classOf, drawImage } from './draw-images.ts';
import { type EmbeddedData, type EmbeddedJob, openEmbedded } from './open-embedded.ts';

export interface OutliersJob extends EmbeddedJob {
  readonly method?: OutlierMethod;
  /** Neighbours of each image. Default 10, or as many as there are. */
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
  const { images, embeddings, gallery } = data;
  const k = job.k ?? Math.max(1, Math.min(DEFAULT_OUTLIER_NEIGHBOURS, images.length - 1));
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

/** @throws E_PERMISSION, E_DISK_FULL, E_IO */
export async function writeOutliersPage(found: FoundOutliers, path: string): Promise<void> {
  const { data, rows, strangeness, limit, nearest, method, k } = found;
  const { set, images, source } = data;
  const groups = [];
  for (const row of rows.slice(0, MAX_SHOWN)) {
    const [index, other] = [images[row], images[nearest[row]]];
    const [own, its] = [classOf(set, index), classOf(set, other)];
    groups.push({
      images: [
        await drawImage(
          set,
          index,
          [`${formatNumber(strangeness[row])}`, ...(own ? [own] : [])],
          ['outlier', 'copy'],
        ),
        await drawImage(set, other, ['the nearest image', ...(its ? [its] : [])]),
      ],
      numMore: 0,
    });
  }
  const page = renderGalleryPage({
    title: `Outliers of ${set.name}`,
    headline:
      rows.length === 0
        ? 'No outlier'
        : `${formatCount(rows.length)} ${rows.length === 1 ? 'outlier' : 'outliers'}`,
    lead: `${set.name}: ${formatCount(images.length)} images by ${source}.`,
    tiles: [
      ['Images', formatCount(images.length), 'embedded'],
      ['Outliers', formatCount(rows.length), `from ${formatNumber(limit)} on`],
    ],
    sections: [
      {
        title: 'Outliers',
        lead: 'The strangest first, each beside the image that is nearest to it.',
        groups,
        numMore: Math.max(0, rows.length - MAX_SHOWN),
        nothing: 'No image is farther from the others than they are from each other.',
      },
    ],
    facts: [
      [
        'Strangeness',
        method === 'lof'
          ? 'local outlier factor: 1 is as dense as the neighbours'
          : `mean distance to the ${k} nearest`,
      ],
      ['Outlier from', formatNumber(limit)],
      ['Embedded with', source],
    ],
    footer: 'An outlier is no mistake by itself: look before you remove it.',
    data: outliersToJson(found),
  });
  await writeFileAtomic(path, page);
}

export function outliersToJson({
  data,
  rows,
  strangeness,
  limit,
  nearest,
  method,
  k,
}: FoundOutliers): object {
  const { set, images, source, bad, warnings } = data;
  return {
    images: images.length,
    source,
    method,
    k,
    limit,
    outliers: rows.map((row) => ({
      image: set.id(images[row]),
      strangeness: strangeness[row],
      nearest: set.id(images[nearest[row]]),
      class: classOf(set, images[row]) ?? null,
    })),
    bad: bad.length,
    badImages: bad,
    warnings,
  };
}
