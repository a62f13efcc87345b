import type { Cuts } from '../evaluate/index.ts';
import { escapeMarkdown } from './escape.ts';
import { formatCount, formatNumber } from './format.ts';

/** What a model card says of a calibration. */
export interface CalibrationFacts {
  readonly curve: { readonly kind: 'logistic' | 'isotonic' };
  readonly fittedPrior: number;
  readonly prior: number;
  readonly cuts: Cuts & { readonly unit: 'class' | 'image' };
  readonly quality: {
    readonly ece: number;
    readonly numBins: number;
    readonly brier: number;
    readonly logLoss: number;
  };
  readonly data: { readonly name: string; readonly numImages: number; readonly numPairs: number };
}

const HEADING = '## Calibration';
const CURVES = { logistic: 'a logistic curve (Platt)', isotonic: 'an isotonic curve' } as const;

/**
 * A model card with a section about its calibration, before the part about loading it; a section that was there is
 * replaced.
 */
export function withCalibration(card: string, facts: CalibrationFacts): string {
  const sections = card.split(/^(?=## )/m).filter((section) => !section.startsWith(`${HEADING}\n`));
  const place = sections.findIndex((section) => section.startsWith('## Loading'));
  sections.splice(place < 0 ? sections.length : place, 0, `${calibrationSection(facts)}\n`);
  return sections.join('');
}

function calibrationSection({ curve, fittedPrior, prior, cuts, quality, data }: CalibrationFacts): string {
  const rate = percent(cuts.maxError);
  const answers = [
    cuts.same === null
      ? '**same** is never said: too few dissimilar pairs'
      : `**same** below ${formatNumber(cuts.same)}`,
    cuts.different === null
      ? '**different** is never said: too few similar pairs'
      : `**different** above ${formatNumber(cuts.different)}`,
  ];
  return `${HEADING}
Done after training, on ${formatCount(data.numImages)} images of ${escapeMarkdown(data.name)}. It takes the place of the threshold and the probability above.

- Answers: ${answers.join(', ')}, **unsure** elsewhere. Of new pairs of different things at most ${rate} are called the same, of new pairs of the same thing at most ${rate} different: on average over calibrations, for images like those, by split conformal prediction on ${formatCount(cuts.numDissimilar)} dissimilar and ${formatCount(cuts.numSimilar)} similar pairs of which no two share ${cuts.unit === 'class' ? 'a class' : 'an image'}. It is not a bound on the share of wrong answers among those that are not *unsure*.
- Probability: ${CURVES[curve.kind]} over ${formatCount(data.numPairs)} pairs, ${percent(fittedPrior)} of them similar; told for ${percent(prior)} similar pairs. On pairs outside its fit: expected calibration error ${formatNumber(quality.ece)} over ${quality.numBins} bins of equal size, Brier ${formatNumber(quality.brier)}, log loss ${formatNumber(quality.logLoss)}.
- \`samesame drift\` tells whether new images still look like those.
`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
