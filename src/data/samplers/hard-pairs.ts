import { SamesameError } from '../../base/errors.ts';
import { drawBalancedPairs } from '../pairs/balanced.ts';
import { drawHardPairs } from '../pairs/hard.ts';
import { joinPairs, takePairs } from '../pairs/list.ts';
import { createRedrawnSampler, type RedrawOptions } from './redrawing.ts';
import type { RedrawnPairSampler } from './redrawn.ts';

export interface HardPairSamplerOptions extends RedrawOptions {
  /**
   * Share of the pairs that are the hardest, 0…1; the others are drawn at random. Default .5: the hardest alone are the
   * wrongly labelled ones first of all, and hold nothing of what is learned already.
   */
  readonly hardShare?: number;
}

/**
 * Pairs drawn anew before each epoch, a share of them those that the network gets most wrong: of the candidates, each
 * image with the farthest of its own class and with the nearest of another (`drawHardPairs`), half of each kind; where
 * there are fewer than asked for, random pairs take their place. The others are balanced pairs of all images.
 * @throws E_CONFIG, E_DATA_ONE_CLASS, E_DATA_FEW_IMAGES, E_DATA_EMPTY
 */
export function createHardPairSampler({
  hardShare = 0.5,
  ...options
}: HardPairSamplerOptions): RedrawnPairSampler {
  if (!(hardShare >= 0 && hardShare <= 1)) {
    throw new SamesameError('E_CONFIG', {
      what: 'the share of hard pairs is out of range',
      expected: 'a number from 0 to 1',
      received: String(hardShare),
    });
  }
  const { labels, indices, numPairs } = options;
  return createRedrawnSampler(options, ({ candidates, embeddings, random }) => {
    const hard = drawHardPairs(labels, candidates, embeddings);
    const perKind = Math.floor((numPairs * hardShare) / 2);
    const kept = [1, 0].flatMap((kind) => {
      const places = Array.from(hard.similar.keys()).filter((i) => hard.similar[i] === kind);
      return Array.from(random.shuffle(Int32Array.from(places)).subarray(0, perKind));
    });
    const rest = { numPairs: numPairs - kept.length, random: random.fork('balanced') };
    return joinPairs(takePairs(hard, kept), drawBalancedPairs(labels, indices, rest));
  });
}
