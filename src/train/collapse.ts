import type { EpochRecord } from './progress.ts';

/** Below this share of the margin every distance counts as 0. */
const NEAR_ZERO = 0.05;
/** A spread that has fallen below this share of the first epoch's goes on to 0, as a rule. */
const SHRUNK = 0.1;
/** Share of active triplets or pairs from which a loss is held up by what is too hard. */
const ALL_ACTIVE = 0.95;
/** A loss that has moved less than this share in an epoch stands still. */
const STANDSTILL = 0.01;

/**
 * Says in plain words when the embedding has collapsed: all images at one point, or a loss that stays where doing
 * nothing leaves it. Undefined while learning goes on.
 * @param margin distance that dissimilar pairs should reach
 */
export function describeCollapse(records: readonly EpochRecord[], margin: number): string | undefined {
  const last = records.at(-1);
  if (last === undefined) return undefined;
  const { positiveDistance, negativeDistance, accuracy } = last.validation;
  if (negativeDistance < NEAR_ZERO * margin) {
    return (
      `the embedding has collapsed: different things lie ${negativeDistance.toPrecision(2)} apart, as close as equal ones ` +
      `(${positiveDistance.toPrecision(2)}). ${howToSpread(last)}; check that the labels mean what you think.`
    );
  }
  const [firstSpread, spread] = [records[0], last].map(({ diagnostics }) => diagnostics.embeddingSpread);
  if (spread !== undefined && firstSpread !== undefined && spread < SHRUNK * firstSpread) {
    return (
      `the embedding is collapsing: its spread has fallen from ${firstSpread.toPrecision(2)} to ${spread.toPrecision(2)}. ` +
      `${howToSpread(last)}.`
    );
  }
  const former = records.at(-2);
  const stuck = former !== undefined && Math.abs(former.loss - last.loss) < STANDSTILL * former.loss;
  if (stuck && accuracy < 0.6) {
    return (
      `the loss stands still at ${last.loss.toPrecision(3)} and pairs are told apart no better than by chance ` +
      `(${(100 * accuracy).toFixed(1)} %). Try another --learning-rate (ten times lower or higher), fewer augmentations, ` +
      'or --margin at about the distances that you see.'
    );
  }
  return undefined;
}

/** What keeps embeddings apart, by what the loss tells of itself. */
function howToSpread({ diagnostics: { activeShare } }: EpochRecord): string {
  const isTooHard = activeShare !== undefined && activeShare > ALL_ACTIVE;
  return isTooHard
    ? `${(100 * activeShare).toFixed(0)} % of what the loss looks at is still wrong: begin easier, with --loss auto or --mining semi-hard, or a lower --learning-rate`
    : 'Try a lower --learning-rate, --loss auto, or a larger batch';
}
