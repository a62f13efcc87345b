import { formatBytes, formatCount } from '../../report/format.ts';
import { TIERS, type Tier } from '../../search/duplicates/index.ts';
import type { Duplicates } from './find.ts';

/** What came out, in one line. */
export function headlineOf({ numCopies, copyBytes, set, numSearched }: Duplicates): string {
  const where = set.numImages > numSearched ? ' of what is there already' : '';
  if (numCopies === 0) return where === '' ? 'No image is there twice' : 'None of them is there already';
  return `${formatCount(numCopies)} ${numCopies === 1 ? 'copy' : 'copies'}${where}, ${formatBytes(copyBytes)}`;
}

/** `5,580 images, 372 groups; copies by tier: bytes 372, pixels 372, hash 4,000`. */
export function countsOf({ numSearched, groups, set }: Duplicates): string {
  const counts = TIERS.map((tier) => [tier, countTier(groups, tier)] as const).filter(
    ([, count]) => count > 0,
  );
  const others = set.numImages - numSearched;
  const against = others > 0 ? ` against ${formatCount(others)}` : '';
  const byTier = counts.map(([tier, count]) => `${tier} ${formatCount(count)}`).join(', ');
  return `${formatCount(numSearched)} ${numSearched === 1 ? 'image' : 'images'}${against}, ${formatCount(groups.length)} ${groups.length === 1 ? 'group' : 'groups'}${byTier === '' ? '' : `; copies by tier: ${byTier}`}`;
}

function countTier(groups: Duplicates['groups'], tier: Tier): number {
  let count = 0;
  for (const { members } of groups)
    for (const each of members) if (each.tier === tier && !each.isReference) count++;
  return count;
}
