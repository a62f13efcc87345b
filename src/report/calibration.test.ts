import { describe, expect, it } from 'vitest';
import { reliability, rocCurve } from '../evaluate/index.ts';
import { withCalibration } from './calibration-card.ts';
import { detFigure } from './figures/det-curve.ts';
import { reliabilityDiagram } from './figures/reliability-diagram.ts';

const facts = {
  curve: { kind: 'isotonic' as const },
  fittedPrior: 0.5,
  prior: 0.01,
  cuts: {
    same: 0.4,
    different: 0.7,
    maxError: 0.02,
    unit: 'class' as const,
    numSimilar: 120,
    numDissimilar: 118,
  },
  quality: { ece: 0.0123, numBins: 15, brier: 0.05, logLoss: 0.2 },
  data: { name: 'photos | mine', numImages: 400, numPairs: 20_000 },
};
const CARD = '# Title\n\n## Limits\n- some\n\n## Loading it\nso\n';

describe('withCalibration', () => {
  it('stands before the part about loading, and takes the place of one that was there', () => {
    const card = withCalibration(CARD, facts);
    expect(card.indexOf('## Limits')).toBeLessThan(card.indexOf('## Calibration'));
    expect(card.indexOf('## Calibration')).toBeLessThan(card.indexOf('## Loading it'));
    expect(card).toContain('told for 1 % similar pairs');
    expect(card).toContain('at most 2 %');
    expect(card).toContain('no two share a class');
    const again = withCalibration(card, { ...facts, prior: 0.3 });
    expect(again.match(/## Calibration/g)).toHaveLength(1);
    expect(again).toContain('told for 30 % similar pairs');
    expect(withCalibration(again, facts)).toBe(card);
  });

  it('says which answer is never given', () => {
    const card = withCalibration('', { ...facts, cuts: { ...facts.cuts, same: null } });
    expect(card).toContain('**same** is never said');
  });
});

describe('figures of errors and probabilities', () => {
  const distances = Array.from({ length: 400 }, (_, i) => (i * 37) % 401);
  const similar = distances.map((d, i) => ((i * 53) % 401 > d ? 1 : 0));
  const confusion = { truePositive: 150, falsePositive: 30, trueNegative: 170, falseNegative: 50 };

  it('draw finite numbers inside the plot', () => {
    const figures = [
      detFigure({ points: rocCurve(distances, similar), confusion }),
      detFigure({ points: rocCurve([1, 2], [1, 0]), confusion: { ...confusion, falsePositive: 0 } }),
      reliabilityDiagram(
        reliability(
          distances.map((d) => 1 - d / 401),
          similar,
        ),
      ),
      reliabilityDiagram(reliability([1, 0], [1, 0])),
    ];
    for (const svg of figures) {
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      expect(svg).toMatch(/^<svg class="plot"[\s\S]*<\/svg>$/);
    }
    expect(figures[2].match(/<circle/g)).toHaveLength(15);
  });

  it('say what is missing where a kind of pair is', () => {
    const none = { truePositive: 3, falsePositive: 0, trueNegative: 0, falseNegative: 1 };
    expect(detFigure({ points: [], confusion: none })).toContain('Needs similar and dissimilar pairs');
  });
});
