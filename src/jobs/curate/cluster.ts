import { writeFileAtomic } from '../../base/files.ts';
import { quoteCell } from '../../data/csv.ts';
import { type Agreement, agreement } from '../../evaluate/index.ts';
import { formatCount, formatNumber } from '../../report/format.ts';
import { renderGalleryPage } from '../../report/index.ts';
import { type Clusters, findClusters } from '../../search/clusters.ts';
import { classOf, drawImage } from './draw-images.ts';
import { type EmbeddedData, type EmbeddedJob, openEmbedded } from './open-embedded.ts';

export interface ClusterJob extends EmbeddedJob {
  /** Default: the number whose silhouette is best. */
  readonly numClusters?: number;
  /** Draws the first centres. Default 0. */
  readonly seed?: string | number;
}

/** Images in clusters. */
export interface FoundClusters extends Clusters {
  readonly data: EmbeddedData;
  /** With the labels, where every image has one. */
  readonly agreement?: Agreement;
}

/**
 * Puts the images of a data set into clusters.
 * @throws what `openEmbedded` and `findClusters` throw
 */
export async function cluster(job: ClusterJob): Promise<FoundClusters> {
  const { numClusters, seed, signal, onEvent } = job;
  const data = await openEmbedded(job);
  const { set, images, embeddings } = data;
  const found = await findClusters({
    embeddings,
    numRows: images.length,
    numClusters,
    seed,
    signal,
    onProgress: (done, total) => onEvent?.({ kind: 'stage', stage: 'cluster', done, total }),
  });
  const labels = images.map((image) => set.labels[image]);
  const isLabelled = labels.every((label) => label >= 0);
  return { ...found, data, ...(isLabelled && { agreement: agreement(labels, found.assignments) }) };
}

/** Classes of a cluster's images, the commonest first: `hat 12, shoes 3`. */
export function describeClasses({ set, images }: EmbeddedData, rows: readonly number[], most = 3): string {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const name = classOf(set, images[row]);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const rest = sorted.length > most ? ', …' : '';
  return `${sorted
    .slice(0, most)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
    .join(', ')}${rest}`;
}

const MAX_SHOWN = 12;
const MAX_CLUSTERS = 60;

/** @throws E_PERMISSION, E_DISK_FULL, E_IO */
export async function writeClustersPage(found: FoundClusters, path: string): Promise<void> {
  const { data, clusters, silhouette, agreement: agreed } = found;
  const { set, images, source } = data;
  const groups = [];
  for (const [place, { rows, radius }] of clusters.slice(0, MAX_CLUSTERS).entries()) {
    const drawn = [];
    for (const row of rows.slice(0, MAX_SHOWN)) {
      const name = classOf(set, images[row]);
      drawn.push(await drawImage(set, images[row], name === undefined ? [] : [name]));
    }
    const classes = describeClasses(data, rows);
    groups.push({
      caption: `Cluster ${place}: ${formatCount(rows.length)} ${rows.length === 1 ? 'image' : 'images'}, mean distance to the centre ${formatNumber(radius)}${classes === '' ? '' : ` (${classes})`}`,
      images: drawn,
      numMore: Math.max(0, rows.length - MAX_SHOWN),
    });
  }
  const page = renderGalleryPage({
    title: `Clusters of ${set.name}`,
    headline: `${formatCount(clusters.length)} ${clusters.length === 1 ? 'cluster' : 'clusters'}`,
    lead: `${set.name}: ${formatCount(images.length)} images by ${source}.`,
    tiles: [
      ['Images', formatCount(images.length), 'embedded'],
      ['Clusters', formatCount(clusters.length), 'by k-means'],
      ['Silhouette', formatNumber(silhouette), 'from −1 to 1; 0 where clusters touch'],
      ...(agreed === undefined
        ? []
        : [['AMI', formatNumber(agreed.ami), 'agreement with the labels'] as const]),
    ],
    sections: [
      {
        title: 'Clusters',
        lead: 'The largest first; in each the images nearest to its centre.',
        groups,
        numMore: Math.max(0, clusters.length - MAX_CLUSTERS),
        nothing: 'There is none.',
      },
    ],
    facts: [['Embedded with', source]],
    footer: 'k-means puts every image somewhere: a cluster may hold what belongs nowhere.',
    data: clustersToJson(found),
  });
  await writeFileAtomic(path, page);
}

export function clustersToJson({
  data,
  clusters,
  silhouette,
  tried,
  agreement: agreed,
}: FoundClusters): object {
  const { set, images, source, bad, warnings } = data;
  return {
    images: images.length,
    source,
    silhouette,
    tried,
    agreement: agreed ?? null,
    clusters: clusters.map(({ rows, radius }) => ({
      radius,
      images: rows.map((row) => set.id(images[row])),
    })),
    bad: bad.length,
    badImages: bad,
    warnings,
  };
}

/** `path,cluster` a line, in the order of the data. */
export function clustersToCsv({ data: { set, images }, assignments }: FoundClusters): string {
  const lines = images.map((image, row) => `${quoteCell(set.id(image))},${assignments[row]}`);
  return `path,cluster\n${lines.join('\n')}\n`;
}
