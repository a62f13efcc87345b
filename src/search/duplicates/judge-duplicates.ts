import { createJoins } from '../../data/inspect/groups.ts';
import { linksByImage, walkFrom } from './groups.ts';
import { type Link, TIERS, type Tier } from './types.ts';

/** Copies found, against those that there are. A pair is two images of one group. */
export interface PairCounts {
  readonly numTrue: number;
  readonly numFound: number;
  readonly numRight: number;
  /** 1 where nothing was found. */
  readonly precision: number;
  /** 1 where there is nothing to find. */
  readonly recall: number;
  /** `2·right / (true + found)`; 1 where both are 0. */
  readonly f1: number;
}

/** How well copies were found. */
export interface DuplicateJudgement extends PairCounts {
  /** By how far one goes down the tiers: `bytes` alone, `bytes` and `pixels`, and so on. */
  readonly upTo: readonly (PairCounts & { readonly tier: Tier })[];
  /**
   * Mean over the images that have copies of the average precision of what was found for each, the surest first; what was
   * not found counts as nothing. Null where no image has a copy.
   */
  readonly meanAveragePrecision: number | null;
  readonly numImages: number;
}

/**
 * Holds links against the truth.
 * @param truth which group each image is in, by index; images that are not in it count neither way
 */
export function judgeDuplicates(
  numImages: number,
  links: readonly Link[],
  truth: ReadonlyMap<number, number | string>,
): DuplicateJudgement {
  const judged = [...truth.keys()].sort((a, b) => a - b);
  const sizes = new Map<number | string, number>();
  for (const group of truth.values()) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  let numTrue = 0;
  for (const size of sizes.values()) numTrue += (size * (size - 1)) / 2;
  const used = TIERS.filter((tier) => links.some((link) => link.tier === tier));
  const upTo = used.map((tier) => {
    const within = links.filter((link) => TIERS.indexOf(link.tier) <= TIERS.indexOf(tier));
    return { tier, ...countPairs(numImages, within, truth, numTrue) };
  });
  const neighbours = linksByImage(links);
  let [sum, numQueries] = [0, 0];
  for (const image of judged) {
    const numCopies = sizes.get(truth.get(image)!)! - 1;
    if (numCopies === 0) continue;
    numQueries++;
    let [numSeen, numRight] = [0, 0];
    for (const { index } of walkFrom(image, neighbours)) {
      if (!truth.has(index)) continue;
      numSeen++;
      if (truth.get(index) !== truth.get(image)) continue;
      numRight++;
      sum += numRight / numSeen / numCopies;
    }
  }
  return {
    ...countPairs(numImages, links, truth, numTrue),
    upTo,
    meanAveragePrecision: numQueries === 0 ? null : sum / numQueries,
    numImages: judged.length,
  };
}

function countPairs(
  numImages: number,
  links: readonly Link[],
  truth: ReadonlyMap<number, number | string>,
  numTrue: number,
): PairCounts {
  const joins = createJoins(numImages);
  for (const { a, b } of links) joins.join(a, b);
  let [numFound, numRight] = [0, 0];
  for (const images of joins.groups()) {
    const known = images.filter((image) => truth.has(image));
    numFound += (known.length * (known.length - 1)) / 2;
    const byGroup = new Map<number | string, number>();
    for (const image of known) byGroup.set(truth.get(image)!, (byGroup.get(truth.get(image)!) ?? 0) + 1);
    for (const size of byGroup.values()) numRight += (size * (size - 1)) / 2;
  }
  return {
    numTrue,
    numFound,
    numRight,
    precision: numFound === 0 ? 1 : numRight / numFound,
    recall: numTrue === 0 ? 1 : numRight / numTrue,
    f1: numTrue + numFound === 0 ? 1 : (2 * numRight) / (numTrue + numFound),
  };
}
