import type { Comparison } from '../../model/judge.ts';
import { formatDistance } from '../../report/format.ts';
import type { Carried } from './carried.ts';

interface Explained {
  readonly comparison: Comparison;
  readonly sides: readonly { readonly areaShare: number; readonly barShare: number }[];
  readonly carried: Carried;
  readonly rankCorrelation: number | null;
}

/** From which rank correlation on two maps are said to agree, and to agree in part. */
const AGREE = 0.6;
const AGREE_IN_PART = 0.3;
/** Of the heat, from which on bars are worth a sentence. */
const MUCH_ON_BARS = 0.2;

/** What the numbers of an explanation say, in a few plain sentences. */
export function describeExplanation({ comparison, sides, carried, rankCorrelation }: Explained): string {
  const { whole, alone, without, nothing, share } = carried;
  if (share === null) {
    return (
      `There is ${nothing > whole ? 'hardly any' : 'no'} similarity to place: hidden altogether, a photo is ` +
      `${nothing > whole ? 'hardly' : 'no'} farther from the other (distance ${formatDistance(nothing)}) ` +
      `than as it is (${formatDistance(whole)}).`
    );
  }
  if (sides.every(({ areaShare }) => areaShare === 0))
    return 'Nothing is marked: no part of either photo brings the two closer.';
  const areas = sides.map(({ areaShare }) => percent(areaShare));
  const places = areas[0] === areas[1] ? `${areas[0]} of each photo` : `${areas.join(' and ')} of the photos`;
  const similarity = comparison.verdict === 'same' ? 'the similarity' : 'what similarity there is';
  const carries = share >= 0.995 ? 'all' : percent(Math.max(0, share));
  return (
    `The marked parts, ${places}, carry ${carries} of ${similarity}: ` +
    `shown alone they leave the distance at ${formatDistance(alone)} ` +
    `(${formatDistance(whole)} with all shown, ${formatDistance(nothing)} with nothing); ` +
    `with them hidden it is ${formatDistance(without)}.${describeBars(sides)}${describeCheck(rankCorrelation)}`
  );
}

function describeBars(sides: Explained['sides']): string {
  const shares = sides.map(({ barShare }) => barShare);
  if (Math.max(...shares) < MUCH_ON_BARS) return '';
  return ` Of the heat ${shares.map(percent).join(' and ')} lie on the bars beside the photos, by which their shape is seen.`;
}

function describeCheck(rankCorrelation: number | null): string {
  if (rankCorrelation === null) return '';
  const words =
    rankCorrelation >= AGREE
      ? 'agrees'
      : rankCorrelation >= AGREE_IN_PART
        ? 'agrees in part'
        : 'does not agree, so take the marks with care';
  return ` Occlusion, the check, ${words} (rank correlation ${rankCorrelation.toFixed(2)}).`;
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? 'under 1\u202f%' : `${Math.round(share * 100)}\u202f%`;
}
