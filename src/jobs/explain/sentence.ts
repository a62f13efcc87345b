import type { Comparison } from '../../model/judge.ts';
import { formatDistance } from '../../report/format.ts';
import type { Carried } from './carried.ts';

interface Explained {
  readonly comparison: Comparison;
  readonly sides: readonly { readonly areaShare: number }[];
  readonly carried: Carried;
}

/** What the numbers of an explanation say, in one or two plain sentences. */
export function describeExplanation({ comparison, sides, carried }: Explained): string {
  const { whole, alone, without, nothing, share } = carried;
  if (share === null) {
    return (
      `There is no similarity to place: hidden altogether, a photo is no farther from the other ` +
      `(distance ${formatDistance(nothing)}) than as it is (${formatDistance(whole)}).`
    );
  }
  if (sides.every(({ areaShare }) => areaShare === 0))
    return 'Nothing is marked: no part of either photo brings the two closer.';
  const areas = sides.map(({ areaShare }) => percent(areaShare));
  const places = areas[0] === areas[1] ? `${areas[0]} of each photo` : `${areas.join(' and ')} of the photos`;
  const similarity = comparison.verdict === 'same' ? 'the similarity' : 'what similarity there is';
  return (
    `The marked parts, ${places}, carry ${percent(Math.max(0, Math.min(1, share)))} of ${similarity}: ` +
    `shown alone they leave the distance at ${formatDistance(alone)} ` +
    `(${formatDistance(whole)} with all shown, ${formatDistance(nothing)} with nothing); ` +
    `with them hidden it is ${formatDistance(without)}.`
  );
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? 'under 1\u202f%' : `${Math.round(share * 100)}\u202f%`;
}
