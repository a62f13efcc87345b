import { SamesameError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Interval } from './interval.ts';

/** A task of few-shot learning: learn `ways` classes from `shots` images of each, then name the queries. */
export interface Episode {
  readonly ways: number;
  readonly shots: number;
  /** int32 `[ways · shots]`: rows of the images to learn from, class by class. */
  readonly support: Int32Array;
  /** int32 `[Q]`: rows of the images to be named. */
  readonly queries: Int32Array;
  /** int32 `[Q]`: the class of each query, 0 to ways − 1. */
  readonly answers: Int32Array;
}

export interface EpisodeOptions {
  /** int32 `[N]`: class of each row; −1 for none. */
  readonly labels: Int32Array;
  /** Group of a class: each episode then takes its classes from one group, as within an alphabet. Default: no groups. */
  readonly groupOf?: (label: number) => number | string;
  /** N of N-way, from 2. */
  readonly ways: number;
  /** K of K-shot, from 1. */
  readonly shots: number;
  /** Queries of each class, from 1. */
  readonly queriesPerClass: number;
  readonly numEpisodes: number;
  readonly random: Random;
}

/**
 * Draws episodes: the group uniformly among those with enough classes, the classes uniformly without repeats, and
 * `shots + queriesPerClass` different images of each. Classes with fewer images take no part.
 * @throws E_CONFIG for numbers out of range, E_DATA_FEW_IMAGES where no group has `ways` such classes
 * @source Vinyals et al. 2016, "Matching networks for one shot learning", section 4.1
 */
export function drawEpisodes(options: EpisodeOptions): Episode[] {
  const { ways, shots, queriesPerClass, numEpisodes, random } = options;
  checkCounts(options);
  const numNeeded = shots + queriesPerClass;
  const groups = largeGroups(options, numNeeded);
  return Array.from({ length: numEpisodes }, () => {
    const classes = take(groups[random.integer(groups.length)], ways, random);
    const support = new Int32Array(ways * shots);
    const queries = new Int32Array(ways * queriesPerClass);
    for (const [way, members] of classes.entries()) {
      const images = take(members, numNeeded, random);
      support.set(images.slice(0, shots), way * shots);
      queries.set(images.slice(shots), way * queriesPerClass);
    }
    const answers = queries.map((_, q) => Math.floor(q / queriesPerClass));
    return { ways, shots, support, queries, answers };
  });
}

/** How episodes were answered. */
export interface EpisodeResult {
  /** Mean over episodes of the share of queries that are named right, with its 95 % interval. */
  readonly accuracy: Interval;
  /** Share of right queries of each episode, float64 `[numEpisodes]`. */
  readonly shares: Float64Array;
}

/**
 * Names each query after the nearest prototype, the mean of its class's support embeddings, by Euclidean distance; of
 * equally near ones after the first. The interval is `mean ± 1.96 · s / √numEpisodes`, kept inside [0, 1].
 * @param embeddings `[N, D]`: float32, or uint8 for bare pixels
 * @param size D
 * @throws E_CONFIG without an episode, E_NAN
 */
export function judgeEpisodes(
  embeddings: ArrayLike<number>,
  size: number,
  episodes: readonly Episode[],
): EpisodeResult {
  if (episodes.length === 0)
    throw new SamesameError('E_CONFIG', { what: 'there is no episode to judge', expected: 'at least one' });
  const shares = Float64Array.from(episodes, (episode) => shareOfRight(embeddings, size, episode));
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const squares = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0);
  const error = shares.length > 1 ? Math.sqrt(squares / (shares.length - 1) / shares.length) : 0;
  const reach = 1.959963984540054 * error;
  return {
    accuracy: { value: mean, low: Math.max(0, mean - reach), high: Math.min(1, mean + reach) },
    shares,
  };
}

function shareOfRight(embeddings: ArrayLike<number>, size: number, episode: Episode): number {
  const { ways, shots, support, queries, answers } = episode;
  const prototypes = new Float64Array(ways * size);
  for (const [i, row] of support.entries()) {
    const at = Math.floor(i / shots) * size;
    for (let d = 0; d < size; d++) prototypes[at + d] += embeddings[row * size + d] / shots;
  }
  let numRight = 0;
  for (const [q, row] of queries.entries()) {
    let nearest = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let way = 0; way < ways; way++) {
      let sum = 0;
      for (let d = 0; d < size; d++) sum += (embeddings[row * size + d] - prototypes[way * size + d]) ** 2;
      if (sum < least) {
        least = sum;
        nearest = way;
      }
    }
    if (nearest < 0) {
      throw new SamesameError('E_NAN', {
        what: 'an embedding is not a number, so it has no nearest prototype',
        received: `row ${row}`,
      });
    }
    if (nearest === answers[q]) numRight++;
  }
  return numRight / queries.length;
}

/** Images of each class with enough of them, in groups with enough classes. */
function largeGroups({ labels, groupOf, ways }: EpisodeOptions, numNeeded: number): number[][][] {
  const members = new Map<number, number[]>();
  for (const [row, label] of labels.entries()) {
    if (label < 0) continue;
    const known = members.get(label);
    if (known === undefined) members.set(label, [row]);
    else known.push(row);
  }
  const groups = new Map<number | string, number[][]>();
  for (const [label, rows] of members) {
    if (rows.length < numNeeded) continue;
    const group = groupOf?.(label) ?? 0;
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [rows]);
    else known.push(rows);
  }
  const large = [...groups.values()].filter((classes) => classes.length >= ways);
  if (large.length > 0) return large;
  const most = Math.max(0, ...[...groups.values()].map((classes) => classes.length));
  throw new SamesameError('E_DATA_FEW_IMAGES', {
    what: `there are too few classes for ${ways}-way episodes`,
    expected: `${ways} classes with ${numNeeded} images each${groupOf === undefined ? '' : ' in one group'}`,
    received: `${most}`,
    help: 'ask for fewer ways, shots or queries',
    details: { ways, numNeeded, numClasses: most },
  });
}

/** The first items of a shuffle that goes only as far. The order of `items` changes. */
function take<T>(items: T[], count: number, random: Random): T[] {
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(items.length - i);
    const held = items[i];
    items[i] = items[j];
    items[j] = held;
  }
  return items.slice(0, count);
}

function checkCounts(options: EpisodeOptions): void {
  const least = { ways: 2, shots: 1, queriesPerClass: 1, numEpisodes: 1 } as const;
  for (const [name, low] of Object.entries(least)) {
    const value = options[name as keyof typeof least];
    if (Number.isSafeInteger(value) && value >= low) continue;
    throw new SamesameError('E_CONFIG', {
      what: `${name} is out of range`,
      expected: `a whole number from ${low}`,
      received: String(value),
      details: { option: name },
    });
  }
}
