import type {
  ClassAccuracy,
  CurveQuality,
  DetectionPoint,
  Estimate,
  LinearProbe,
  OpenSet,
  PairedComparison,
  Verification,
} from '../evaluate/index.ts';
import { formatCount, formatNumber, formatPercent, formatRange, formatRate } from './format.ts';

/** What evaluating a model tells beyond pairs and search: plain data, each part where it was measured. */
export interface EvaluationNumbers {
  readonly answers?: AnswerNumbers;
  readonly full?: FullNumbers;
  readonly against?: AgainstNumbers;
}

interface AnswerNumbers {
  readonly probability: CurveQuality;
  readonly falseMatchRate: Estimate;
  readonly threeWay: {
    readonly maxError: number;
    readonly wrongSame: Estimate;
    readonly wrongDifferent: Estimate;
    readonly coverage: number;
  } | null;
  readonly elsewhere: {
    readonly prior: number;
    readonly precisionSame: number | null;
    readonly precisionDifferent: number | null;
    readonly coverage: number;
    readonly brier: number;
  } | null;
}

interface FullNumbers {
  readonly detection: readonly DetectionPoint[];
  readonly clusters: {
    readonly nmi: number;
    readonly ami: number;
    readonly silhouette: number | null;
  } | null;
  readonly linearProbe: LinearProbe | null;
  readonly openSet: OpenSet | null;
  readonly classes: readonly (ClassAccuracy & { readonly name: string })[];
  readonly bySeen: { readonly seen: Verification; readonly unseen: Verification } | null;
}

interface AgainstNumbers extends PairedComparison {
  readonly other: string;
  readonly recallAt1Difference: Estimate | null;
}

/** Text in rows, for a terminal as for a page; a note says what the numbers alone do not. */
export interface EvaluationTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string;
}

/** Classes that are shown, of those whose pairs are judged least well. */
const NUM_WORST = 5;

/** The tables of what was measured, in the order in which they are read. */
export function evaluationTables({ answers, full, against }: EvaluationNumbers): EvaluationTable[] {
  return [
    ...(answers === undefined ? [] : answerTables(answers)),
    ...(full === undefined ? [] : fullTables(full)),
    ...(against === undefined ? [] : [againstTable(against)]),
  ];
}

type Row = readonly [name: string, value: string, interval?: string];

const estimate = (name: string, value: Estimate): Row => [name, formatRate(value.value), formatRange(value)];

function table(title: string, rows: readonly Row[], note?: string): EvaluationTable {
  const filled = rows.map(([name, value, interval = '']) => [name, value, interval]);
  return { header: [title, 'value', '95 % interval'], rows: filled, note };
}

function answerTables({
  probability,
  falseMatchRate,
  threeWay,
  elsewhere,
}: AnswerNumbers): EvaluationTable[] {
  const { reliability, brier, logLoss } = probability;
  const rows: Row[] = [
    estimate('false match rate', falseMatchRate),
    [`calibration error (${reliability.bins.length} bins)`, formatRate(reliability.ece)],
    ['Brier', formatRate(brier)],
    ['log loss', formatNumber(logLoss)],
  ];
  if (threeWay !== null) {
    rows.push(
      estimate('different called the same', threeWay.wrongSame),
      estimate('same called different', threeWay.wrongDifferent),
      ['share with a definite answer', formatRate(threeWay.coverage)],
    );
  }
  const note =
    threeWay === null
      ? undefined
      : `Each kind of error was promised to stay within ${formatPercent(threeWay.maxError)}.`;
  const tables = [table('answers', rows, note)];
  if (elsewhere !== null) {
    tables.push(
      table(`where ${formatPercent(elsewhere.prior)} are similar`, [
        ['“same” that is right', formatRate(elsewhere.precisionSame)],
        ['“different” that is right', formatRate(elsewhere.precisionDifferent)],
        ['share with a definite answer', formatRate(elsewhere.coverage)],
        ['Brier', formatRate(elsewhere.brier)],
      ]),
    );
  }
  return tables;
}

function fullTables(full: FullNumbers): EvaluationTable[] {
  const { detection, clusters, linearProbe, openSet, classes, bySeen } = full;
  const tables: EvaluationTable[] = [
    {
      header: ['at a false match rate of', 'missed (FNMR)', 'found (TAR)'],
      rows: detection.map(({ falseMatchRate, falseNonMatchRate, trueAcceptRate }) => [
        String(falseMatchRate),
        formatRate(falseNonMatchRate),
        formatRate(trueAcceptRate),
      ]),
    },
  ];
  if (clusters !== null && linearProbe !== null && openSet !== null) {
    tables.push(
      table('embeddings', [
        ['NMI of k-means', formatRate(clusters.nmi)],
        ['AMI of k-means', formatRate(clusters.ami)],
        ['silhouette', formatRate(clusters.silhouette)],
        estimate('linear probe', linearProbe.accuracy),
      ]),
      table(`open set, ${formatCount(openSet.numGallery)} in the gallery`, [
        estimate('unknown, yet found (FPIR)', openSet.falsePositiveRate),
        estimate('known, not found (FNIR)', openSet.falseNegativeRate),
        ['FNIR at FPIR .10', formatRate(openSet.falseNegativeRateAt['.10'])],
        ['FNIR at FPIR .01', formatRate(openSet.falseNegativeRateAt['.01'])],
      ]),
    );
  }
  if (bySeen !== null) {
    tables.push(
      table('seen in training or not', [
        estimate('accuracy, classes seen', bySeen.seen.accuracy),
        estimate('accuracy, new classes', bySeen.unseen.accuracy),
        estimate('AUC, classes seen', bySeen.seen.auc),
        estimate('AUC, new classes', bySeen.unseen.auc),
      ]),
    );
  }
  if (classes.length > 0) {
    tables.push(
      table(
        `hardest of ${formatCount(classes.length)} classes`,
        classes.slice(0, NUM_WORST).map(({ name, accuracy }) => estimate(name, accuracy)),
      ),
    );
  }
  return tables;
}

function againstTable(against: AgainstNumbers): EvaluationTable {
  const { other, numPairs, onlyFirstRight, onlySecondRight, pValue } = against;
  return table(
    `this model minus ${other}`,
    [
      estimate('accuracy', against.accuracyDifference),
      estimate('AUC', against.aucDifference),
      ...(against.recallAt1Difference === null ? [] : [estimate('Recall@1', against.recallAt1Difference)]),
    ],
    `Of ${formatCount(numPairs)} pairs only this model judges ${formatCount(onlyFirstRight)} right, only the other ` +
      `${formatCount(onlySecondRight)}: McNemar p = ${formatNumber(pValue)}.`,
  );
}
