import { writeFileAtomic } from '../../base/files.ts';
import { quoteCell } from '../../data/csv.ts';
import { formatCount, formatNumber } from '../../report/format.ts';
import { renderGalleryPage } from '../../report/index.ts';
import { type CoreSet, chooseCoreSet } from '../../search/core-set.ts';
import { classOf, drawImage } from './draw-images.ts';
import { type EmbeddedData, type EmbeddedJob, openEmbedded } from './open-embedded.ts';

export interface SampleJob extends EmbeddedJob {
  /** Images to choose. */
  readonly count: number;
  /** Draws the first image. Default 0. */
  readonly seed?: string | number;
}

/** Images that cover the rest. */
export interface Sample extends CoreSet {
  readonly data: EmbeddedData;
}

/**
 * Chooses images that cover the rest of a data set: what to label first, or what to test on.
 * @throws what `openEmbedded` and `chooseCoreSet` throw
 */
export async function sample(job: SampleJob): Promise<Sample> {
  const { count, seed, onEvent } = job;
  const data = await openEmbedded(job);
  const found = chooseCoreSet({
    embeddings: data.embeddings,
    numRows: data.images.length,
    count,
    seed,
    onProgress: (done, total) => onEvent?.({ kind: 'stage', stage: 'sample', done, total }),
  });
  return { ...found, data };
}

/** Images that each chosen one stands for, itself among them. */
export function coveredBy({ rows, nearest }: CoreSet): Int32Array {
  const counts = new Int32Array(rows.length);
  for (const place of nearest) counts[place]++;
  return counts;
}

const MAX_SHOWN = 400;

/** @throws E_PERMISSION, E_DISK_FULL, E_IO */
export async function writeSamplePage(found: Sample, path: string): Promise<void> {
  const { data, rows, radii } = found;
  const { set, images, source } = data;
  const covered = coveredBy(found);
  const drawn = [];
  for (const [place, row] of [...rows].slice(0, MAX_SHOWN).entries()) {
    const name = classOf(set, images[row]);
    const stands = `stands for ${formatCount(covered[place])}`;
    drawn.push(await drawImage(set, images[row], name === undefined ? [stands] : [name, stands]));
  }
  const page = renderGalleryPage({
    title: `A sample of ${set.name}`,
    headline: `${formatCount(rows.length)} images that cover ${formatCount(images.length)}`,
    lead: `${set.name}, by ${source}: no image is farther than ${formatNumber(radii.at(-1)!)} from one of the sample.`,
    tiles: [
      ['Images', formatCount(images.length), 'to choose from'],
      ['Sample', formatCount(rows.length), 'chosen'],
      ['Radius', formatNumber(radii.at(-1)!), 'of the farthest image to the sample'],
    ],
    sections: [
      {
        title: 'The sample',
        lead: 'In the order chosen: the first n of them are the sample of n.',
        groups: [{ images: drawn, numMore: Math.max(0, rows.length - MAX_SHOWN) }],
        numMore: 0,
        nothing: '',
      },
    ],
    facts: [
      ['Method', 'greedy k-center (Sener & Savarese 2018)'],
      ['Embedded with', source],
    ],
    footer: 'A core set goes to the edges: outliers are in it by design.',
    data: sampleToJson(found),
  });
  await writeFileAtomic(path, page);
}

export function sampleToJson(found: Sample): object {
  const { data, rows, radii } = found;
  const { set, images, source, bad, warnings } = data;
  const covered = coveredBy(found);
  return {
    images: images.length,
    source,
    radius: radii.at(-1),
    sample: Array.from(rows, (row, place) => ({
      image: set.id(images[row]),
      class: classOf(set, images[row]) ?? null,
      radius: radii[place],
      covers: covered[place],
    })),
    bad: bad.length,
    badImages: bad,
    warnings,
  };
}

/** `path,covers,radius` a line, in the order chosen. */
export function sampleToCsv(found: Sample): string {
  const { data, rows, radii } = found;
  const covered = coveredBy(found);
  const lines = Array.from(
    rows,
    (row, place) => `${quoteCell(data.set.id(data.images[row]))},${covered[place]},${radii[place]}`,
  );
  return `path,covers,radius\n${lines.join('\n')}\n`;
}
