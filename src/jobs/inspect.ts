import { createRandom } from '../base/random.ts';
import { checkRadius } from '../data/hash/near.ts';
import {
  type DatasetSummary,
  DEFAULT_NEAR_BITS,
  diagnose,
  type Examined,
  examineSet,
  type Finding,
  findCopies,
  summarize,
  type Verdict,
  verdictOf,
} from '../data/inspect/index.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { ProgressEvent } from '../data/types.ts';
import { type Proposal, proposeTraining } from './inspect-proposal.ts';
import { namesPairs } from './split-data.ts';

export interface InspectJob {
  /** Opened with `labels: 'optional'`, so that images without a class are seen too. */
  readonly dataset: Dataset;
  /** Bits of the 64 of pHash in which near copies may differ, from 0 to 19. Default 6: no look-alikes among our test photos. */
  readonly threshold?: number;
  /** Most images to read, drawn by the seed; counts of classes are of all. Default: all. */
  readonly maxImages?: number;
  /** Draws the images where `maxImages` is below their number. Default 0. */
  readonly seed?: string | number;
  /** Called at most ten times a second; stages `inspect` and `compare`. */
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly signal?: AbortSignal;
}

/** What is in a data set, what is the matter with it, and how it might be trained on. */
export interface Inspection {
  readonly dataset: Dataset;
  readonly examined: Examined;
  readonly summary: DatasetSummary;
  /** The worst first. */
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  /** Undefined where there is nothing to learn from. */
  readonly proposal: Proposal | undefined;
  readonly threshold: number;
  readonly seconds: number;
}

/**
 * The doctor: looks at a data set before anybody trains on it. Every file is read once; no file stops it.
 * @throws E_CONFIG for a threshold out of range; what `signal` aborts with
 * @example
 * const { verdict, findings } = await inspectDataset({ dataset: await openDataset('photos', { labels: 'optional' }) });
 * findings[0]; // { check: 'leaks', severity: 'error', title: '2 images are in several parts …', advice: …, groups: … }
 */
export async function inspectDataset(job: InspectJob): Promise<Inspection> {
  const { dataset, threshold = DEFAULT_NEAR_BITS, onProgress, signal } = job;
  const startMs = performance.now();
  checkRadius(threshold);
  const { set } = dataset;
  const options = { onProgress, signal };
  const images = await examineSet(set, { ...options, indices: drawImages(job) });
  const copies = await findCopies(set, images, { ...options, threshold });
  const unpaired = dataset.couples?.unpaired;
  const examined: Examined = { set, namesPairs: namesPairs(dataset), unpaired, images, copies };
  const findings = diagnose(examined);
  return {
    dataset,
    examined,
    summary: summarize(examined),
    findings,
    verdict: verdictOf(findings),
    proposal: await proposeTraining(examined, findings),
    threshold,
    seconds: (performance.now() - startMs) / 1000,
  };
}

function drawImages({ dataset: { set }, maxImages, seed = 0 }: InspectJob): Int32Array {
  const all = Int32Array.from({ length: set.numImages }, (_, i) => i);
  if (maxImages === undefined || maxImages >= set.numImages) return all;
  return createRandom(seed).fork('inspect', 'images').shuffle(all).slice(0, maxImages).sort();
}
