import type { Estimate } from '../evaluate/index.ts';
import type { AgainstMeasurement } from '../jobs/against.ts';
import type { Evaluation } from '../jobs/evaluate.ts';
import type { AnswersMeasurement } from '../jobs/measure-answers.ts';
import type { FullMeasurement } from '../jobs/measure-fully.ts';
import {
  formatCount,
  formatDistance,
  formatNumber,
  formatPercent,
  formatRange,
  formatRate,
} from '../report/format.ts';
import { renderTable } from '../report/terminal/table.ts';
import type { Terminal } from './terminal.ts';

/** What `evaluate` prints under the table of results: answers, and what was asked for beyond. */
export function printEvaluation(terminal: Terminal, { answers, full, against }: Evaluation): void {
  if (answers !== undefined) printAnswers(terminal, answers);
  if (full !== undefined) printFull(terminal, full);
  if (against !== undefined) printAgainst(terminal, against);
}

type Row = readonly [name: string, value: string, interval?: string];

const estimate = (name: string, value: Estimate): Row => [name, formatRate(value.value), formatRange(value)];

function printTable(terminal: Terminal, title: string, rows: readonly Row[]): void {
  const filled = rows.map(([name, value, interval = '']) => [name, value, interval]);
  terminal.print(`\n${renderTable({ header: [title, 'value', '95 % interval'], rows: filled })}`);
}

function printAnswers(
  terminal: Terminal,
  { probability, falseMatchRate, threeWay, elsewhere }: AnswersMeasurement,
): void {
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
  printTable(terminal, 'answers', rows);
  if (threeWay !== null) {
    terminal.print(`Each kind of error was promised to stay within ${formatPercent(threeWay.maxError)}.`);
  }
  if (elsewhere === null) return;
  printTable(terminal, `where ${formatPercent(elsewhere.prior)} are similar`, [
    ['“same” that is right', formatRate(elsewhere.precisionSame)],
    ['“different” that is right', formatRate(elsewhere.precisionDifferent)],
    ['share with a definite answer', formatRate(elsewhere.coverage)],
    ['Brier', formatRate(elsewhere.brier)],
  ]);
}

function printFull(terminal: Terminal, full: FullMeasurement): void {
  const { detection, clusters, linearProbe, openSet, classes, bySeen } = full;
  const rates = detection.map(({ falseMatchRate, falseNonMatchRate, trueAcceptRate }) => [
    String(falseMatchRate),
    formatRate(falseNonMatchRate),
    formatRate(trueAcceptRate),
  ]);
  const header = ['at a false match rate of', 'missed (FNMR)', 'found (TAR)'];
  terminal.print(`\n${renderTable({ header, rows: rates })}`);
  if (clusters !== null && linearProbe !== null && openSet !== null) {
    printTable(terminal, 'embeddings', [
      ['NMI of k-means', formatRate(clusters.nmi)],
      ['AMI of k-means', formatRate(clusters.ami)],
      ['silhouette', formatRate(clusters.silhouette)],
      estimate('linear probe', linearProbe.accuracy),
    ]);
    printTable(terminal, `open set, ${formatCount(openSet.numGallery)} in the gallery`, [
      estimate('unknown, yet found (FPIR)', openSet.falsePositiveRate),
      estimate('known, not found (FNIR)', openSet.falseNegativeRate),
      ['FNIR at FPIR .10', formatRate(openSet.falseNegativeRateAt['.10'])],
      ['FNIR at FPIR .01', formatRate(openSet.falseNegativeRateAt['.01'])],
    ]);
  }
  if (bySeen !== null) {
    printTable(terminal, 'seen in training or not', [
      estimate('accuracy, classes seen', bySeen.seen.accuracy),
      estimate('accuracy, new classes', bySeen.unseen.accuracy),
      estimate('AUC, classes seen', bySeen.seen.auc),
      estimate('AUC, new classes', bySeen.unseen.auc),
    ]);
  }
  if (classes.length > 0) {
    const worst = classes.slice(0, 5);
    printTable(
      terminal,
      `hardest of ${formatCount(classes.length)} classes`,
      worst.map(({ name, accuracy }) => estimate(name, accuracy)),
    );
  }
}

function printAgainst(terminal: Terminal, against: AgainstMeasurement): void {
  const { other, numPairs, onlyFirstRight, onlySecondRight, pValue } = against;
  printTable(terminal, `this model minus ${other}`, [
    estimate('accuracy', against.accuracyDifference),
    estimate('AUC', against.aucDifference),
    ...(against.recallAt1Difference === null ? [] : [estimate('Recall@1', against.recallAt1Difference)]),
  ]);
  terminal.print(
    `Of ${formatCount(numPairs)} pairs only this model judges ${formatCount(onlyFirstRight)} right, only the other ` +
      `${formatCount(onlySecondRight)}: McNemar p = ${formatNumber(pValue)}.`,
  );
}

/** A distance, or what stands for one that there is not. */
export function formatCut(cut: number | null): string {
  return cut === null ? 'never' : formatDistance(cut);
}
