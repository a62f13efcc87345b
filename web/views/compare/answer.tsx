import type { Comparison } from '../../../src/web/index.ts';
import { TEXT } from '../../text.ts';
import { Ruler } from './ruler.tsx';

/** The verdict in words, how likely it is, and the distance against the limit. */
export function Answer({ answer }: { readonly answer: Comparison }) {
  const { verdict, probability, prior, because, distance, threshold } = answer;
  return (
    <div class={`answer is-${verdict}`}>
      <div class="answer-words">
        <p class="answer-verdict">{TEXT.compare.verdict[verdict]}</p>
        <p class="answer-probability">{TEXT.compare.probability(TEXT.percent(probability))}</p>
        {prior !== undefined && <p class="quiet">{TEXT.compare.prior(TEXT.percent(prior))}</p>}
        {because !== undefined && (
          <p class="quiet">
            {TEXT.compare.because}: {because}
          </p>
        )}
      </div>
      <Ruler distance={distance} threshold={threshold} verdict={verdict} />
    </div>
  );
}
