import { createRuntime } from '#runtime';
import { SamesameError } from '../base/errors.ts';
import { createRandom } from '../base/random.ts';
import { groupOfClass } from '../data/class-groups.ts';
import { preparePixels } from '../data/pixels/prepare.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import { readOmniglotRuns } from '../data/sources/omniglot-runs.ts';
import { openDataset } from '../data/sources/open.ts';
import { drawEpisodes, type Episode, type Interval, judgeEpisodes } from '../evaluate/index.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { loadModel } from '../model/load.ts';
import type { Model } from '../model/model.ts';
import type { TrainEvent } from '../train/progress.ts';
import { embedViews, gatherTurned } from './embed-views.ts';
import type { EvaluatedPart } from './evaluated-part.ts';
import { prepareEvaluation } from './evaluation-data.ts';

/** Where episodes come from. */
export const EPISODE_KINDS = ['random', 'within-alphabet', 'official'] as const;
export type EpisodeKind = (typeof EPISODE_KINDS)[number];

/** What is drawn; the official runs are as they are. */
export interface EpisodeDraw {
  /** N of N-way. Default 20. */
  readonly ways?: number;
  /** K of K-shot. Default 1. */
  readonly shots?: number;
  /** Queries of each class. Default 5. */
  readonly queriesPerClass?: number;
  /** Default 1,000: ± .2 points at 95 %. */
  readonly numEpisodes?: number;
  /** Quarter turns of a class are classes of their own, as in Vinyals' protocol. Default false. */
  readonly rotateClasses?: boolean;
  /** Default: the model's own. */
  readonly seed?: string | number;
  /** Images to draw from. Default: the test images where there are any, else all. */
  readonly split?: 'test' | 'all';
}

export interface EpisodesJob extends EpisodeDraw {
  /** Folder of the model, or of a run. */
  readonly model: string;
  /** Path of the data set; for the official runs, of their archive or of its folder. */
  readonly data: string;
  /**
   * `random` (default): classes of any kind; `within-alphabet`: of one group, for classes named `group/name`;
   * `official`: the 20 runs of Omniglot's `all_runs.zip`.
   */
  readonly kind?: EpisodeKind;
  /**
   * An image's embedding is the mean over itself moved by up to ± this many pixels along each axis, `(2n+1)²` views.
   * Default 0: what a model does by itself.
   */
  readonly shifts?: number;
  /** Bytes of decoded pixels to keep in memory. Default 1 GiB. */
  readonly memoryBytes?: number;
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

/** How well a model learns new classes from a few images. */
export interface EpisodesMeasurement {
  readonly kind: EpisodeKind;
  /** What was drawn from; the official runs are a set of their own. */
  readonly part: EvaluatedPart | 'official';
  readonly ways: number;
  readonly shots: number;
  readonly numEpisodes: number;
  readonly numQueries: number;
  readonly accuracy: Interval;
  /** Share of right queries of each episode. */
  readonly shares: Float64Array;
  /** The same with bare pixels, at the model's input size, for embeddings. */
  readonly rawPixels: Interval;
  /** One in `ways`. */
  readonly chance: number;
  readonly warnings: readonly string[];
}

/**
 * Measures few-shot classification: each episode names its queries after the nearest class, by the distance to the mean
 * embedding of its few images.
 * @throws E_CONFIG for a model with a learned head, which has no means, or what is out of range; E_DATA…, E_MODEL…
 * @example
 * const { accuracy } = await evaluateEpisodes({ model: 'runs/omniglot', data: 'omniglot', kind: 'official' });
 */
export async function evaluateEpisodes(job: EpisodesJob): Promise<EpisodesMeasurement> {
  const { runtime = createRuntime(), onEvent = () => {}, kind = 'random', shifts = 0 } = job;
  const model = await loadModel(job.model, { runtime });
  try {
    checkModel(model);
    const task = kind === 'official' ? await officialTask(job, model) : await drawnTask(job, kind, model);
    const { pixels, rows, hasTurns, episodes } = task;
    try {
      const onProgress = (done: number, total: number) =>
        onEvent({ kind: 'stage', stage: 'embed', done, total });
      const embeddings = await embedViews(model, pixels, rows, {
        hasTurns,
        shifts,
        signal: job.signal,
        onProgress,
      });
      const { accuracy, shares } = judgeEpisodes(embeddings, model.config.encoder.embeddingSize, episodes);
      const { height, width, channels } = pixels.shape;
      const raw = await gatherTurned(pixels, rows, hasTurns);
      return {
        kind,
        part: task.part,
        ways: episodes[0].ways,
        shots: episodes[0].shots,
        numEpisodes: episodes.length,
        numQueries: episodes.reduce((sum, { queries }) => sum + queries.length, 0),
        accuracy,
        shares,
        rawPixels: judgeEpisodes(raw, height * width * channels, episodes).accuracy,
        chance: 1 / episodes[0].ways,
        warnings: task.warnings,
      };
    } finally {
      await pixels.close();
    }
  } finally {
    await model.close();
  }
}

interface EpisodeTask {
  readonly part: EpisodesMeasurement['part'];
  readonly pixels: PixelStore;
  /** Images that episodes are over, or `4 · image + turns`. */
  readonly rows: Int32Array;
  readonly hasTurns: boolean;
  readonly episodes: readonly Episode[];
  readonly warnings: readonly string[];
}

async function officialTask(
  { data, memoryBytes, signal }: EpisodesJob,
  { config }: Model,
): Promise<EpisodeTask> {
  const { set, runs } = await readOmniglotRuns(data);
  return {
    part: 'official',
    pixels: await preparePixels(set, { ...config.input, memoryBytes, signal }),
    rows: Int32Array.from({ length: set.numImages }, (_, i) => i),
    hasTurns: false,
    episodes: runs.map((run) => ({ ...run, ways: run.support.length, shots: 1 })),
    warnings: [],
  };
}

async function drawnTask(job: EpisodesJob, kind: EpisodeKind, { config }: Model): Promise<EpisodeTask> {
  const { ways = 20, shots = 1, queriesPerClass = 5, numEpisodes = 1000, rotateClasses = false } = job;
  const onProgress =
    job.onEvent && ((event: object) => job.onEvent!({ kind: 'stage', ...event } as TrainEvent));
  const { data, part, training } = await prepareEvaluation(
    await openDataset(job.data),
    config,
    { split: job.split },
    { memoryBytes: job.memoryBytes, signal: job.signal, onProgress },
  );
  const { set, pixels, splits } = data;
  try {
    if (kind === 'within-alphabet') checkGroups(set.classNames, set.name);
    const numTurns = rotateClasses ? 4 : 1;
    const rows = Int32Array.from({ length: splits.test.length * numTurns }, (_, i) =>
      rotateClasses ? 4 * splits.test[i >> 2] + (i & 3) : splits.test[i],
    );
    const labels = rows.map((row) =>
      rotateClasses ? turnedLabel(set.labels[row >> 2], row & 3) : set.labels[row],
    );
    const groupOf = (label: number) =>
      rotateClasses
        ? `${label & 3} ${groupOfClass(set.classNames[label >> 2])}`
        : groupOfClass(set.classNames[label]);
    const episodes = drawEpisodes({
      labels,
      groupOf: kind === 'within-alphabet' ? groupOf : undefined,
      ways,
      shots,
      queriesPerClass,
      numEpisodes,
      random: createRandom(job.seed ?? training.seed).fork('episodes'),
    });
    return { part, pixels, rows, hasTurns: rotateClasses, episodes, warnings: data.warnings };
  } catch (error) {
    await pixels.close();
    throw error;
  }
}

function turnedLabel(label: number, turns: number): number {
  return label < 0 ? -1 : 4 * label + turns;
}

/** @throws E_CONFIG where a model does not compare by the distance of embeddings */
function checkModel({ config }: Model): void {
  if (config.distance === 'euclidean') return;
  throw new SamesameError('E_CONFIG', {
    what: 'episodes need a model that compares embeddings by their distance',
    expected:
      'a model without a head: one trained with a loss on embeddings, such as triplet or prototypical',
    received: `a model that compares with its head ${config.comparator?.name}`,
    help: 'the mean of a few embeddings stands for a class, and a learned head compares single images',
  });
}

/** @throws E_CONFIG where classes have no groups */
function checkGroups(classNames: readonly string[], name: string): void {
  const lonely = classNames.find((className) => groupOfClass(className) === '');
  if (lonely === undefined) return;
  throw new SamesameError('E_CONFIG', {
    what: `the classes of ${name} have no alphabets`,
    expected: 'classes named group/name, as Omniglot has them',
    received: lonely,
    help: 'draw random episodes',
  });
}
