import { add } from '../graph/ops/add.ts';
import { clip } from '../graph/ops/clip.ts';
import { multiply } from '../graph/ops/multiply.ts';
import { subtract } from '../graph/ops/subtract.ts';
import { ones } from '../nn/initializers.ts';
import { checkBatch, checkBetween, checkScope } from './checks.ts';
import { diagnoseBatch } from './diagnose-batch.ts';
import { euclidean } from './distances/euclidean.ts';
import { batchHard } from './mining/batch-hard.ts';
import { semiHard } from './mining/semi-hard.ts';
import { pairMasks } from './pair-masks.ts';
import type { BatchLoss } from './types.ts';

export interface AutoTripletOptions {
  /** How much farther than a positive a negative must be, above 0. Default .5, as for `triplet`. */
  readonly margin?: number;
}

/** Share of active semi-hard triplets at which the hardest begin to count, and at which they alone do. */
const [BEGIN, END] = [0.8, 0.4];
/** What a step keeps of the running share: a memory of about fifty steps. */
const KEPT = 0.98;

/**
 * Triplets that get harder as the network gets better: semi-hard ones at first, which cannot pull a young network into one
 * point, and the hardest of each anchor once semi-hard ones run out:
 * `(1 − h) · L_semi-hard + h · L_batch-hard`, `h = (.8 − s)/.4` within 0…1, s the running share of semi-hard triplets that
 * still cost something. Where the hardest spoil the embedding, that share rises, and semi-hard ones come back.
 *
 * Keeps `runningShare` float32 `[]`. Defined as `triplet` is. Diagnostics as `diagnoseBatch` gives them, `activeShare` of the
 * semi-hard triplets, and `hardness`, h.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE, and E_CONFIG without a context
 * @source Schroff, Kalenichenko & Philbin 2015, "FaceNet", section 3.2; Hermans, Beyer & Leibe 2017, L_BH; how one becomes
 *   the other is this project's own
 * @example
 * const loss = autoTriplet({ margin: 0.5 });
 */
export function autoTriplet({ margin = 0.5 }: AutoTripletOptions = {}): BatchLoss {
  checkBetween(margin, 0, Number.POSITIVE_INFINITY, 'auto: margin');
  return (embeddings, labels, context) => {
    checkBatch(embeddings, labels, 'auto');
    const scope = checkScope(context, 'auto');
    const masks = pairMasks(labels);
    const distances = euclidean.between(embeddings);
    const easy = semiHard(distances, masks, { margin }, embeddings);
    const hard = batchHard(distances, masks, { margin }, embeddings);
    const share = scope.parameter('runningShare', [], ones, { trainable: false, decays: false });
    scope.update(share, add(multiply(share, KEPT), multiply(easy.activeShare, 1 - KEPT)));
    const hardness = clip(multiply(subtract(BEGIN, share), 1 / (BEGIN - END)), 0, 1);
    return {
      loss: add(multiply(easy.loss, subtract(1, hardness)), multiply(hard.loss, hardness)),
      diagnostics: { ...diagnoseBatch(embeddings, masks, easy.activeShare), hardness },
    };
  };
}
