import { createRandom } from '../../base/random.ts';
import { drawBalancedPairs } from '../../data/pairs/balanced.ts';
import { emptyPairs } from '../../data/pairs/list.ts';
import { splitByImage } from '../../data/splits.ts';
import type { PreparedData } from '../../jobs/prepare.ts';
import { splitData } from '../../jobs/split-data.ts';
import type { ChosenConfig } from './choose-config.ts';
import type { TaughtImages } from './read-images.ts';

/**
 * The parts of the images and the pairs of each, as a run in Node splits and draws them: so `samesame evaluate` finds the
 * same held-out images again. Where none can be held out for the final number, there are no test pairs.
 */
export function prepareTaught(
  { set, pixels, target, fingerprint }: TaughtImages,
  { config, isMeasured }: ChosenConfig,
): PreparedData {
  const whole = { set, pixels, target, fingerprint };
  if (isMeasured) return { ...whole, ...splitData({ set }, config, pixels) };
  const { validation, seed, validationPairs: numPairs } = config;
  const splits = splitByImage(set, { validation, test: 0, seed, indices: pixels.usable });
  const random = createRandom(seed).fork('data', 'validation');
  return {
    ...whole,
    splits,
    validationPairs: drawBalancedPairs(set.labels, splits.validation, { numPairs, random }),
    testPairs: emptyPairs(0),
    warnings: [],
  };
}
