import { createRuntime } from '#runtime';
import { SamesameError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { createGalleryProducts } from '../../model/products.ts';
import { formatCount, formatPercent } from '../../report/format.ts';
import { renderGalleryPage } from '../../report/index.ts';
import { findMislabels } from '../../search/mislabels/find.ts';
import { defaultVoters } from '../../search/mislabels/neighbours.ts';
import type { MislabelMethod, Mislabels } from '../../search/mislabels/types.ts';
import { drawImage } from './draw-images.ts';
import { type EmbeddedData, type EmbeddedJob, openEmbedded } from './open-embedded.ts';

export interface MislabelsJob extends EmbeddedJob {
  /** Default `linear`. */
  readonly method?: MislabelMethod;
  /** Of `neighbours`: how many vote on each label. Default: 20, or half as many as a class has images. */
  readonly k?: number;
}

/** Labels that are probably wrong. Rows are those of `images`. */
export interface FoundMislabels extends Mislabels {
  readonly data: EmbeddedData;
  /** Which images of the set the rows are of: those with a label. */
  readonly images: readonly number[];
  readonly method: MislabelMethod;
  /** Of `neighbours`. */
  readonly k?: number;
}

/**
 * Finds the labels of a data set that its other images speak against.
 * @throws E_CONFIG for `k` with another method; E_DATA_ONE_CLASS; what `openEmbedded` and `findMislabels` throw
 */
export async function mislabels(job: MislabelsJob): Promise<FoundMislabels> {
  const { method = 'linear' } = job;
  if (job.k !== undefined && method !== 'neighbours') {
    throw new SamesameError('E_CONFIG', {
      what: 'a number of neighbours is for neighbours that vote',
      expected: 'the method neighbours (--method neighbours)',
      received: method,
      details: { option: 'k' },
    });
  }
  const data = await openEmbedded(job);
  const { set, embeddings: all, embeddingSize: size } = data;
  const rows = data.images.map((_, row) => row).filter((row) => set.labels[data.images[row]] >= 0);
  if (rows.length === 0) {
    throw new SamesameError('E_DATA', {
      what: `the images of ${set.name} have no labels`,
      expected: 'one sub-folder per class, or a CSV file with columns path,label',
      help: 'without labels, samesame outliers finds what is unlike the rest',
    });
  }
  const images = rows.map((row) => data.images[row]);
  const embeddings = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) embeddings.set(all.subarray(row * size, (row + 1) * size), i * size);
  const numClasses = set.classNames.length;
  const k = method === 'neighbours' ? (job.k ?? defaultVoters(rows.length, numClasses)) : undefined;
  const labels = Int32Array.from(images, (image) => set.labels[image]);
  const runtime = job.runtime ?? createRuntime();
  const found = await findMislabels({
    embeddings,
    labels,
    numClasses,
    method,
    k,
    openProducts: (gallery, numGallery) => createGalleryProducts(gallery, numGallery, runtime),
  });
  return { ...found, data, images, method, k };
}

const BY_LINE =
  'a linear classifier that was fitted on all other images judges each (leave-one-out ridge regression)';
const BY_NEIGHBOURS = 'confident learning (Northcutt, Jiang & Chuang 2021)';
const MAX_SHOWN = 120;
const MAX_WITNESSES = 3;

/** @throws E_PERMISSION, E_DISK_FULL, E_IO */
export async function writeMislabelsPage(found: FoundMislabels, path: string): Promise<void> {
  const { data, images, method, k, mislabels: suspects } = found;
  const { set, source } = data;
  const groups = [];
  for (const { row, given, suggested, confidence, witnesses } of suspects.slice(0, MAX_SHOWN)) {
    const [from, to] = [set.classNames[given], set.classNames[suggested]];
    const drawn = [await drawImage(set, images[row], [], [from, 'copy'])];
    for (const witness of witnesses.slice(0, MAX_WITNESSES))
      drawn.push(await drawImage(set, images[witness], [], [to, 'kept']));
    groups.push({
      caption: `${from}, or ${to}? Confidence ${formatPercent(confidence)}`,
      images: drawn,
      numMore: 0,
    });
  }
  const page = renderGalleryPage({
    title: `Suspected mislabels of ${set.name}`,
    headline:
      suspects.length === 0
        ? 'No suspected mislabel'
        : `${formatCount(suspects.length)} suspected ${suspects.length === 1 ? 'mislabel' : 'mislabels'}`,
    lead: `${set.name}: ${formatCount(images.length)} labelled images in ${formatCount(set.classNames.length)} classes, by ${source}.`,
    tiles: [
      ['Images', formatCount(images.length), 'with a label'],
      ['Suspects', formatCount(suspects.length), formatPercent(suspects.length / images.length)],
    ],
    sections: [
      {
        title: 'Suspects',
        lead: 'The surest first: the image, and the images most like it of the class that it may belong to.',
        groups,
        numMore: Math.max(0, suspects.length - MAX_SHOWN),
        nothing: 'Every label agrees with the other images.',
      },
    ],
    facts: [
      ['Method', method === 'linear' ? BY_LINE : `${BY_NEIGHBOURS}; the ${k} nearest images vote`],
      ['Embedded with', source],
    ],
    footer: 'A suspect is a question, not a verdict: the network may be wrong, and the label right.',
    data: mislabelsToJson(found),
  });
  await writeFileAtomic(path, page);
}

export function mislabelsToJson({
  data,
  images,
  method,
  k,
  mislabels: suspects,
  confidentJoint,
}: FoundMislabels): object {
  const { set, source, bad, warnings } = data;
  const { classNames } = set;
  return {
    images: images.length,
    source,
    method,
    k: k ?? null,
    classes: classNames,
    confidentJoint: classNames.map((_, i) => [
      ...confidentJoint.subarray(i * classNames.length, (i + 1) * classNames.length),
    ]),
    mislabels: suspects.map(({ row, given, suggested, confidence, witnesses }) => ({
      image: set.id(images[row]),
      label: classNames[given],
      suggested: classNames[suggested],
      confidence,
      witnesses: witnesses.map((witness) => set.id(images[witness])),
    })),
    bad: bad.length,
    badImages: bad,
    warnings,
  };
}
