import { epochTable } from '../figures/epoch-table.ts';
import { lineChart, type Series } from '../figures/line-chart.ts';
import { figureGrid, type NamedFigure, section } from '../page.ts';
import type { EpochMetrics, ReportData } from '../report-data.ts';

interface Curve {
  readonly name: string;
  readonly of: (epoch: EpochMetrics) => number | null | undefined;
  /** Edges of an area around the line. */
  readonly band?: (epoch: EpochMetrics) => readonly [number, number] | null;
}

interface Chart {
  readonly name: string;
  readonly curves: readonly Curve[];
  /** What stands at the axis, where the name would run into the legend. */
  readonly axis?: string;
  readonly isFromZero?: boolean;
  readonly reading: string;
}

const CHARTS: readonly Chart[] = [
  {
    name: 'Loss',
    isFromZero: true,
    curves: [
      { name: 'training', of: (epoch) => epoch.trainLoss },
      { name: 'validation', of: (epoch) => epoch.validationLoss },
    ],
    reading:
      'Read it left to right: training should fall and flatten; a triplet loss stays level, as it counts only what is still wrong. Where validation turns up while training falls, the model learns by heart.',
  },
  {
    name: 'Still to learn',
    isFromZero: true,
    curves: [{ name: 'training', of: (epoch) => epoch.activeShare }],
    reading:
      'The share of different things in a batch that the network does not yet hold far enough apart: it should fall towards 0.',
  },
  {
    name: 'Validation accuracy',
    curves: [{ name: 'validation', of: (epoch) => epoch.validationAccuracy }],
    reading:
      'Pairs never trained on, at the threshold (where none is fixed, the one that fits them best): it should rise and settle, and the dashed line is the best epoch.',
  },
  {
    name: 'Validation episodes',
    curves: [{ name: 'named right', of: (epoch) => epoch.validationEpisodes }],
    reading:
      'The share of images that are named right from one example of each class, among classes of the validation part: it should rise, and it is what chose the epoch.',
  },
  {
    name: 'Validation precision, recall, AUC',
    axis: 'Rate',
    curves: [
      { name: 'precision', of: (epoch) => epoch.validationPrecision },
      { name: 'recall', of: (epoch) => epoch.validationRecall },
      { name: 'AUC', of: (epoch) => epoch.validationAuc },
    ],
    reading:
      'The same pairs: precision is how often a verdict of “same” is right, recall how many of the similar pairs get it, AUC how well the distances sort them at any threshold. All three should rise together.',
  },
  {
    name: 'Validation recall at precision',
    curves: ['.80', '.90', '.95'].map((precision) => ({
      name: precision,
      of: (epoch) => epoch.validationRecallAtPrecision?.[precision],
    })),
    reading:
      'How many of the similar pairs are found when so many of the finds have to be right: the strictest line lies lowest, and is the last to rise.',
  },
  {
    name: 'Mean distance',
    isFromZero: true,
    curves: [
      { name: 'similar', of: (epoch) => epoch.similarDistance },
      { name: 'dissimilar', of: (epoch) => epoch.dissimilarDistance },
    ],
    reading:
      'How far apart the two images of a validation pair lie on average: the gap between the lines should open. Two lines near 0 are a network that gives every image the same place.',
  },
  {
    name: 'Spread of distances',
    axis: 'Distance',
    isFromZero: true,
    curves: [
      spreadOf('similar', (epoch) => epoch.similarDistanceQuantiles),
      spreadOf('dissimilar', (epoch) => epoch.dissimilarDistanceQuantiles),
    ],
    reading:
      'The same distances: half of the pairs lie below the line, and the area runs from the nearest tenth to the farthest tenth. Where the two areas overlap lie the pairs that no threshold sorts; they should part.',
  },
  {
    name: 'Spread of embeddings',
    isFromZero: true,
    curves: [{ name: 'training', of: (epoch) => epoch.embeddingSpread }],
    reading:
      'How far the embeddings of a batch lie from their mean, as a standard deviation: it may settle anywhere but at 0, where every image has the same place.',
  },
  {
    name: 'Learning rate',
    isFromZero: true,
    curves: [{ name: 'mean of the epoch', of: (epoch) => epoch.learningRate }],
    reading:
      'The size of the steps, as scheduled: where the loss shakes, they were too large; where it stands still from the start, too small.',
  },
];

/**
 * How the epochs went, as curves and as a table.
 * @param best what is said of the best epoch: at the end of a run it is `kept`
 */
export function learningSection(
  { epochs, bestEpoch }: Pick<ReportData, 'epochs' | 'bestEpoch'>,
  best: 'kept' | 'best so far' = 'kept',
): string {
  if (epochs.length === 0) return '';
  const mark = bestEpoch === null ? null : { x: bestEpoch, label: best };
  const figures = CHARTS.flatMap(({ name, axis = name, curves, isFromZero, reading }): NamedFigure[] => {
    const series = curves.map(
      ({ name, of, band }): Series => ({
        name,
        points: epochs.map((epoch) => [epoch.epoch, of(epoch) ?? null]),
        band: band && epochs.map(band),
      }),
    );
    if (!series.some(({ points }) => points.some(([, y]) => y !== null))) return [];
    const title = `${name} by epoch`;
    return [[lineChart({ title, xLabel: 'Epoch', yLabel: axis, isFromZero, mark, series }), name, reading]];
  });
  return section(
    'Learning',
    '',
    `${figureGrid(figures)}<h3>Every epoch</h3><p class="lead">A row an epoch, as metrics.jsonl has it; ★ is the epoch that ${best === 'kept' ? 'was kept' : 'is the best so far'}.</p>${epochTable(epochs, bestEpoch)}`,
  );
}

/** The median as a line, the tenth and the ninetieth percentile as the area around it. */
function spreadOf(
  name: string,
  quantilesOf: (epoch: EpochMetrics) => EpochMetrics['similarDistanceQuantiles'],
): Curve {
  return {
    name,
    of: (epoch) => quantilesOf(epoch)?.[1],
    band(epoch) {
      const quantiles = quantilesOf(epoch);
      return quantiles ? [quantiles[0], quantiles[2]] : null;
    },
  };
}
