import { SamesameError } from '../../base/errors.ts';
import { createRandom, type Random } from '../../base/random.ts';
import { groupByClass } from '../classes.ts';
import { checkPairable } from '../pairs/list.ts';
import type { PairList } from '../types.ts';
import { createPairSampler } from './pairs.ts';
import type { RedrawnPairSampler } from './redrawn.ts';
import { checkBatch } from './shuffled.ts';

export interface RedrawOptions {
  /** int32 `[numImages]` */
  readonly labels: Int32Array;
  /** int32: the images to draw from; unlabelled ones are passed over. Default: all. */
  readonly indices?: Int32Array;
  /** Pairs in an epoch. */
  readonly numPairs: number;
  readonly batchSize: number;
  /** Images that are embedded before an epoch, drawn anew each time. Default 4096: embedding them costs less than training on them. */
  readonly maxCandidates?: number;
  readonly seed: string | number;
}

/** Draws `numPairs` pairs for an epoch from candidates and their embeddings `[candidates, D]`. */
export type Redraw = (draw: {
  readonly epoch: number;
  readonly candidates: Int32Array;
  readonly embeddings: Float32Array;
  readonly random: Random;
}) => PairList;

/**
 * A sampler of pairs that `redraw` draws before each epoch.
 * @throws E_DATA_ONE_CLASS, E_DATA_FEW_IMAGES, E_DATA_EMPTY, E_CONFIG
 */
export function createRedrawnSampler(options: RedrawOptions, redraw: Redraw): RedrawnPairSampler {
  const { labels, numPairs, batchSize, maxCandidates = 4096 } = options;
  const groups = groupByClass(labels, options.indices);
  checkPairable(groups);
  checkBatch(numPairs, batchSize);
  const images = Int32Array.from(groups.members.flatMap((members) => Array.from(members)));
  const seeded = createRandom(options.seed).fork('redrawn');
  let drawn: { readonly epoch: number; readonly pairs: PairList } | undefined;

  function candidates(epoch: number): Int32Array {
    if (images.length <= maxCandidates) return images.slice();
    // Images come class by class, two of each at least as far as they reach: every candidate should have a partner.
    const random = seeded.fork('candidates', epoch);
    const order = random.shuffle(Int32Array.from(groups.members.keys()));
    const chosen = new Int32Array(maxCandidates);
    const share = Math.max(2, Math.ceil(maxCandidates / order.length));
    let at = 0;
    for (let round = 0; at < maxCandidates; round++) {
      for (const c of order) {
        const members = groups.members[c];
        const shuffled = seeded.fork('class', epoch, c).shuffle(members.slice());
        const part = shuffled.subarray(
          round * share,
          Math.min((round + 1) * share, round * share + maxCandidates - at),
        );
        chosen.set(part, at);
        at += part.length;
        if (at === maxCandidates) break;
      }
    }
    return chosen;
  }

  return {
    batchSize,
    numBatches: Math.max(1, Math.floor(numPairs / batchSize)),
    candidates,
    redraw(epoch, embeddings) {
      const random = seeded.fork('pairs', epoch);
      const pairs = redraw({ epoch, candidates: candidates(epoch), embeddings, random });
      drawn = { epoch, pairs };
      return pairs;
    },
    restore(epoch, pairs) {
      drawn = { epoch, pairs };
    },
    *batches(epoch) {
      if (drawn?.epoch !== epoch) {
        throw new SamesameError('E_CONFIG', {
          what: `the pairs of epoch ${epoch + 1} have not been drawn`,
          expected: 'redraw or restore before batches',
          received: drawn === undefined ? 'no pairs' : `pairs of epoch ${drawn.epoch + 1}`,
        });
      }
      yield* createPairSampler({ pairs: drawn.pairs, batchSize, seed: options.seed }).batches(epoch);
    },
  };
}
