import { SamesameError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { drawCouplePairs } from '../data/pairs/couples.ts';
import { splitPairs } from '../data/pairs/split.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { PairList } from '../data/types.ts';
import type { TrainConfig } from '../train/config.ts';
import { checkHeldOut } from './held-out.ts';
import type { PreparedData } from './prepare.ts';

/** Pairs that the source names: split so that no image is in two parts. */
export function splitExplicit(
  { set, pairs, couples }: Pick<Dataset, 'set' | 'pairs' | 'couples'>,
  pixels: PixelStore,
  config: TrainConfig,
  random: Random,
): Pick<PreparedData, 'splits' | 'trainPairs' | 'validationPairs' | 'testPairs' | 'warnings'> {
  if (config.splitBy !== 'image') {
    throw new SamesameError('E_CONFIG', {
      what: `${set.name} cannot be split by ${config.splitBy}, because it names its pairs`,
      expected: 'splitBy image',
      received: `splitBy ${config.splitBy}`,
      help: 'leave splitBy out; no image is in two parts anyway',
    });
  }
  if (config.maxImages > 0) {
    throw new SamesameError('E_CONFIG', {
      what: `maxImages cannot be used with ${set.name}, which names its pairs`,
      expected: '0',
      received: String(config.maxImages),
      help: 'shorten the list of pairs instead',
    });
  }
  if (pairs !== undefined && config.negativeRatio !== 1) {
    throw new SamesameError('E_CONFIG', {
      what: `negativeRatio cannot be used with ${set.name}, which lists its dissimilar pairs too`,
      expected: '1',
      received: String(config.negativeRatio),
      help: 'leave negativeRatio out; the list has the ratio that it has',
    });
  }
  const isUsable = new Uint8Array(set.numImages);
  for (const index of pixels.usable) isUsable[index] = 1;
  // Of couples the dissimilar pairs are drawn behind the split, within each part, so that each has the ratio.
  const all =
    pairs ??
    drawCouplePairs(couples!.set.labels, { dissimilarPerSimilar: 0, random: random.fork('couples') });
  const kept = keepPairs(all, (i) => isUsable[all.left[i]] === 1 && isUsable[all.right[i]] === 1);
  const split = splitPairs(kept, { validation: config.validation, test: config.test, seed: config.seed });
  const complete = (part: PairList, name: string) =>
    couples === undefined || part.numPairs === 0
      ? part
      : drawCouplePairs(couples.set.labels, {
          couples: part.left.map((image) => image >> 1),
          dissimilarPerSimilar: config.negativeRatio,
          random: random.fork('couples', name),
        });
  const parts = {
    train: complete(split.train, 'train'),
    validation: complete(split.validation, 'validation'),
    test: complete(split.test, 'test'),
    numDropped: split.numDropped,
  };
  const splits = {
    train: imagesOf(parts.train),
    validation: imagesOf(parts.validation),
    test: imagesOf(parts.test),
  };
  checkHeldOut(splits, config);
  const warnings =
    parts.numDropped > 0
      ? [`${parts.numDropped} pairs join images of two parts of the split and are left out`]
      : [];
  return {
    splits,
    trainPairs: parts.train,
    validationPairs: parts.validation,
    testPairs: parts.test,
    warnings,
  };
}

function keepPairs(pairs: PairList, keep: (index: number) => boolean): PairList {
  const places = Array.from({ length: pairs.numPairs }, (_, i) => i).filter(keep);
  return {
    numPairs: places.length,
    left: Int32Array.from(places, (i) => pairs.left[i]),
    right: Int32Array.from(places, (i) => pairs.right[i]),
    similar: Float32Array.from(places, (i) => pairs.similar[i]),
  };
}

function imagesOf({ left, right }: PairList): Int32Array {
  return Int32Array.from(new Set([...left, ...right])).sort();
}
