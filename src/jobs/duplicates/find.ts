import { createRuntime } from '#runtime';
import { SamesameError } from '../../base/errors.ts';
import type { ImageFacts } from '../../data/inspect/index.ts';
import { fileSet } from '../../data/sources/file-set.ts';
import type { BadImage, ImageSet, ProgressEvent } from '../../data/types.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import {
  createKeeper,
  type DuplicateGroup,
  type DuplicateJudgement,
  findLinks,
  groupLinks,
  judgeDuplicates,
  type KeepRule,
  type Link,
  type Tier,
} from '../../search/duplicates/index.ts';
import type { TrainEvent } from '../../train/progress.ts';
import { describeBad } from '../bad-images.ts';
import { type EncoderChoice, openEncoder } from '../encode/open-encoder.ts';
import { type ListedFile, listFiles } from './list-files.ts';
import { isIndexAddress, openIndex } from './open-index.ts';
import { readTruth } from './read-truth.ts';
import { searchEmbeddings } from './search-embeddings.ts';

export interface DuplicatesJob extends EncoderChoice {
  /** Image files, and folders of them. */
  readonly paths: readonly string[];
  /** Image files and folders, or one file of embeddings, or one store, to hold `paths` against. Default: `paths` among themselves. */
  readonly against?: readonly string[];
  /** Default: bytes, pixels and hash; and embedding, where there is a model or a backbone. */
  readonly tiers?: readonly Tier[];
  /**
   * A pair of embeddings is a copy where the model's probability for that is at least 1 minus this, in (0, 0.5].
   * Default: where the model's verdict is `same`.
   */
  readonly maxError?: number;
  /** Whether what an embedding finds must agree in its pixels, too. Always so with a backbone. Default false. */
  readonly confirm?: boolean;
  /** Neighbours looked at of each embedding. Default 20. */
  readonly numNeighbours?: number;
  /** Whether mirror images are copies. Default false. */
  readonly mirrored?: boolean;
  /** Default `largest`. */
  readonly keep?: KeepRule;
  /** A ground truth to hold the result against. */
  readonly truth?: string;
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

/** What is there more than once. */
export interface Duplicates {
  /** All images: those of `paths`, then those they were held against. */
  readonly set: ImageSet;
  /** Of those of `set` that are files that were listed. */
  readonly files: readonly (ListedFile | undefined)[];
  readonly facts: readonly (ImageFacts | undefined)[];
  /** How many of `set` are of `paths`. */
  readonly numSearched: number;
  readonly groups: readonly DuplicateGroup[];
  readonly links: readonly Link[];
  readonly tiers: readonly Tier[];
  /** What the embeddings are of, where there are any. */
  readonly encoder?: string;
  readonly keep: KeepRule;
  /** Copies that are not kept. */
  readonly numCopies: number;
  readonly copyBytes: number;
  readonly bad: readonly BadImage[];
  readonly aliases: readonly string[];
  readonly unreadableFolders: readonly string[];
  readonly judgement?: DuplicateJudgement;
  readonly warnings: readonly string[];
  readonly seconds: number;
}

/**
 * Finds images that are there more than once: by bytes, by pixels, by perceptual hashes, and with a model by embeddings.
 * @throws E_CONFIG for options that contradict each other, E_NOT_FOUND, E_PERMISSION, E_DATA_EMPTY; what opening a model
 *   or a ground truth throws; what `signal` aborts with
 * @example
 * const { groups } = await findDuplicates({ paths: ['photos'] });
 * groups[0]; // { keeper: 3, members: [{ index: 17, tier: 'hash', distance: 0.04, reason: 'the same picture: …', … }] }
 */
export async function findDuplicates(job: DuplicatesJob): Promise<Duplicates> {
  const { keep = 'largest', mirrored = false, truth, signal, onEvent = () => {} } = job;
  const startMs = performance.now();
  const onProgress = (event: ProgressEvent) => onEvent({ kind: 'stage', ...event });
  const warnings: string[] = [];
  const warn = (message: string) => {
    warnings.push(message);
    onEvent({ kind: 'warning', message });
  };
  const tiers = tiersOf(job);
  const isIndex = job.against?.length === 1 && isIndexAddress(job.against[0]);
  checkOptions(job, isIndex, tiers);
  const runtime = job.runtime ?? createRuntime();
  const encoder = tiers.includes('embedding') ? await openEncoder(job, runtime, onEvent, signal) : undefined;
  try {
    const index = isIndex ? await openIndex(job.against![0], encoder!) : undefined;
    const listed = await listAll(job, isIndex);
    const { files, numSearched } = listed;
    const set = fileSet([...files.map(({ path }) => path), ...(index?.names ?? [])]);
    const isReference = (image: number) => image >= numSearched;
    const pairing =
      job.against === undefined ? undefined : (a: number, b: number) => isReference(a) !== isReference(b);
    const found = await findLinks(set, {
      tiers,
      numExamined: files.length,
      pairing,
      mirrored,
      onProgress,
      signal,
    });
    if (encoder !== undefined) {
      await searchEmbeddings({
        ...job,
        set,
        found,
        encoder,
        index,
        numFiles: files.length,
        numSearched,
        pairing,
        runtime,
        onProgress,
        warn,
      });
    }
    const { facts } = found.portraits;
    const choose = createKeeper({
      rule: keep,
      set,
      facts,
      modifiedMs: (image) => files[image]?.modifiedMs ?? 0,
    });
    const groups = await groupLinks({
      numImages: set.numImages,
      links: found.links,
      choose,
      isReference: job.against === undefined ? undefined : isReference,
    });
    const copies = groups.flatMap(({ members }) => members.filter((member) => !member.isReference));
    const bad = facts.flatMap(({ index: image, problem }) =>
      problem === undefined ? [] : [{ id: set.id(image), reason: problem }],
    );
    if (bad.length > 0) warn(describeBad({ bad, numImages: files.length }, 'the list that --json prints'));
    return {
      set,
      files,
      facts,
      numSearched,
      groups,
      links: found.links,
      tiers,
      encoder: encoder?.name,
      keep,
      numCopies: copies.length,
      copyBytes: copies.reduce((sum, { index: image }) => sum + files[image].sizeBytes, 0),
      bad,
      aliases: listed.aliases,
      unreadableFolders: listed.unreadableFolders,
      judgement: truth === undefined ? undefined : await judgeByTruth(truth, job, set, found.links, warn),
      warnings,
      seconds: (performance.now() - startMs) / 1000,
    };
  } finally {
    await encoder?.close();
  }
}

async function judgeByTruth(
  truth: string,
  { paths, against = [] }: DuplicatesJob,
  set: ImageSet,
  links: readonly Link[],
  warn: (message: string) => void,
): Promise<DuplicateJudgement> {
  const names = Array.from({ length: set.numImages }, (_, image) => set.id(image));
  const { groups, unknown } = await readTruth(truth, names, [...paths, ...against]);
  if (groups.size === 0) {
    throw new SamesameError('E_DATA', {
      what: `${truth} names none of the images`,
      expected: `paths relative to the file, to ${paths.join(', ')}, or to the working folder`,
      received: unknown.slice(0, 3).join(', '),
    });
  }
  if (unknown.length > 0)
    warn(
      `${unknown.length} names of ${truth} are none of the images, such as ${unknown[0]}: they do not count`,
    );
  const numLeft = set.numImages - groups.size;
  if (numLeft > 0) warn(`${numLeft} images are not in ${truth}: they do not count`);
  return judgeDuplicates(set.numImages, links, groups);
}

function tiersOf({ tiers, model, backbone }: DuplicatesJob): readonly Tier[] {
  const hasEncoder = model !== undefined || backbone !== undefined;
  if (tiers === undefined)
    return hasEncoder ? ['bytes', 'pixels', 'hash', 'embedding'] : ['bytes', 'pixels', 'hash'];
  if (tiers.includes('embedding') === hasEncoder) return tiers;
  throw new SamesameError('E_CONFIG', {
    what: 'the tiers and the network do not fit together',
    expected: 'a model or a backbone exactly where the tier embedding is asked for',
    received: `tiers ${tiers.join(', ')}, ${hasEncoder ? 'and a network' : 'and no network'}`,
    help: hasEncoder ? 'add embedding to the tiers, or leave the network out' : 'add --model or --backbone',
  });
}

/** @throws E_CONFIG */
function checkOptions(
  { maxError, model, truth }: DuplicatesJob,
  isIndex: boolean,
  tiers: readonly Tier[],
): void {
  const refuse = (what: string, expected: string, help: string) => {
    throw new SamesameError('E_CONFIG', { what, expected, help });
  };
  if (maxError !== undefined && model === undefined)
    refuse(
      'an error rate was asked for, but there is nothing to know it by',
      'a trained model beside it',
      'add --model',
    );
  if (maxError !== undefined && !(maxError > 0 && maxError <= 0.5))
    refuse('the error rate is out of range', 'a number above 0 and at most 0.5', 'a usual one is 0.01');
  if (isIndex && !tiers.includes('embedding'))
    refuse(
      'images can be held against embeddings by embeddings only',
      'the model that made them',
      'add --model',
    );
  if (isIndex && truth !== undefined)
    refuse(
      'a ground truth is about files, and an index holds none',
      'folders to hold images against',
      'leave --truth out',
    );
}

async function listAll({ paths, against }: DuplicatesJob, isIndex: boolean) {
  const seen = new Set<string>();
  const searched = await listFiles(paths, seen);
  const references = against === undefined || isIndex ? undefined : await listFiles(against, seen);
  return {
    files: [...searched.files, ...(references?.files ?? [])],
    numSearched: searched.files.length,
    aliases: [...searched.aliases, ...(references?.aliases ?? [])],
    unreadableFolders: [...searched.unreadableFolders, ...(references?.unreadableFolders ?? [])],
  };
}
