import { escapeHtml } from './escape.ts';
import { confusionTable } from './figures/confusion-table.ts';
import { precisionRecallFigure, precisionRecallZoom, rocFigure, rocZoom } from './figures/curves.ts';
import { histogramFigure } from './figures/histogram.ts';
import { IMAGE_MAP_STYLES, imageMap } from './figures/image-map.ts';
import { lineChart } from './figures/line-chart.ts';
import { pairGallery } from './figures/pair-gallery.ts';
import { retrievalGrid } from './figures/retrieval-grid.ts';
import {
  formatBytes,
  formatCount,
  formatDistanceName,
  formatDuration,
  formatNumber,
  formatPercent,
  formatRange,
  formatRate,
  NOTHING,
} from './format.ts';
import { MAP_READING } from './map-reading.ts';
import type { ReportData } from './report-data.ts';
import { resultRows } from './result-rows.ts';
import { STYLES } from './styles.ts';

/**
 * The report of a run as one HTML page that needs no network, no script and no other file; light and dark, phone, desk
 * and paper. Names from outside are escaped. The numbers stand in it once more, unrounded, as JSON in
 * `#report-data` (without the pictures), for programs to read.
 * @example await writeFileAtomic('runs/demo/report.html', renderReport(data))
 */
export function renderReport(data: ReportData): string {
  const sections = [
    header(data),
    numbers(data),
    learning(data),
    judging(data),
    galleries(data),
    search(data),
    map(data),
    making(data),
  ];
  return (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">` +
    `<title>${escapeHtml(data.title)}</title><style>${STYLES}</style></head><body><main>\n${sections.filter(Boolean).join('\n')}\n` +
    `<footer>Made by samesame ${escapeHtml(data.versions.samesame ?? '')}${data.createdAt === null ? '' : ` on ${escapeHtml(data.createdAt)}`}. Intervals are 95\u202f%: Wilson for rates, bootstrap for the rest.</footer>` +
    `</main><script type="application/json" id="report-data">${embeddedJson(data)}</script></body></html>\n`
  );
}

function header({ title, data, model, verification, retrieval, rawPixels, cost }: ReportData): string {
  const numClasses = data.classNames.length;
  const inClasses =
    numClasses === 0 ? '' : ` in ${formatCount(numClasses)} ${numClasses === 1 ? 'class' : 'classes'}`;
  const tiles = [
    tile(
      'Pair accuracy',
      formatPercent(verification.accuracy.value),
      `95\u202f%: ${formatPercent(verification.accuracy.low)} to ${formatPercent(verification.accuracy.high)}`,
    ),
    tile('AUC', formatRate(verification.auc.value), formatRange(verification.auc)),
  ];
  const first = retrieval?.recallAt[1];
  if (first) tiles.push(tile('Nearest is right', formatPercent(first.value), formatRange(first)));
  tiles.push(
    tile(
      'Without learning',
      formatPercent(rawPixels?.verification.accuracy.value ?? verification.majorityBaseline),
      rawPixels === null
        ? 'the commoner verdict'
        : `raw pixels; majority ${formatPercent(verification.majorityBaseline)}`,
    ),
  );
  if (cost.trainSeconds !== null) {
    tiles.push(
      tile(
        'Trained in',
        formatDuration(cost.trainSeconds),
        cost.trainImagesPerSecond === null ? '' : `${formatCount(cost.trainImagesPerSecond)} images/s`,
      ),
    );
  }
  return (
    `<header><h1>${escapeHtml(title)}</h1><p>Learned from ${escapeHtml(data.name)}: ` +
    `${formatCount(data.numImages)} images${inClasses}, by a network with ${formatCount(model.numParameters)} parameters. ` +
    `Measured on ${formatCount(verification.numPairs)} pairs, ${formatCount(verification.numSimilar)} of them similar; two images are called the same when their ${formatDistanceName(model.distance)} distance is below ${formatNumber(verification.threshold)}.</p></header>` +
    `<ul class="tiles">${tiles.join('')}</ul>`
  );
}

function tile(name: string, value: string, note: string): string {
  return `<li><span class="name">${name}</span><span class="value">${value}</span><span class="note">${note}</span></li>`;
}

function numbers(data: ReportData): string {
  const rows = resultRows(data).map(
    ({ name, estimate, rawPixels, majority }) =>
      `<tr><th scope="row">${name}</th><td class="number"><b>${formatRate(estimate.value)}</b></td><td class="number quiet">${formatRange(estimate)}</td>` +
      `<td class="number quiet">${formatRate(rawPixels)}</td><td class="number quiet">${formatRate(majority)}</td></tr>`,
  );
  return section(
    'The numbers',
    'Each with its 95\u202f% interval, beside what bare pixels reach by the same procedure and what no knowledge at all reaches. The threshold was chosen on validation pairs.',
    `<div class="scroll"><table><thead><tr><th></th><th class="number">value</th><th class="number">95\u202f% interval</th><th class="number">raw pixels</th><th class="number">majority, chance</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
  );
}

const STILL_TO_LEARN =
  'The share of different things in a batch that the network does not yet hold far enough apart: it should fall towards 0.';

function learning({ epochs, bestEpoch }: ReportData): string {
  if (epochs.length === 0) return '';
  const mark = bestEpoch === null ? null : { x: bestEpoch, label: 'kept' };
  const loss = lineChart({
    title: 'Loss by epoch',
    xLabel: 'Epoch',
    yLabel: 'Loss',
    isFromZero: true,
    mark,
    series: [
      { name: 'training', points: epochs.map(({ epoch, trainLoss }) => [epoch, trainLoss]) },
      {
        name: 'validation',
        points: epochs.map(({ epoch, validationLoss }) => [epoch, validationLoss ?? null]),
      },
    ],
  });
  const active = lineChart({
    title: 'Share still to learn by epoch',
    xLabel: 'Epoch',
    yLabel: 'Still to learn',
    isFromZero: true,
    mark,
    series: [
      { name: 'training', points: epochs.map(({ epoch, activeShare }) => [epoch, activeShare ?? null]) },
    ],
  });
  const accuracy = lineChart({
    title: 'Validation accuracy by epoch',
    xLabel: 'Epoch',
    yLabel: 'Validation accuracy',
    mark,
    series: [
      {
        name: 'validation',
        points: epochs.map(({ epoch, validationAccuracy }) => [epoch, validationAccuracy ?? null]),
      },
    ],
  });
  return section(
    'Learning',
    '',
    figures([
      [
        loss,
        'Loss',
        'Read it left to right: training should fall and flatten; a triplet loss stays level, as it counts only what is still wrong. Where validation turns up while training falls, the model learns by heart.',
      ],
      ...(epochs.some(({ activeShare }) => typeof activeShare === 'number')
        ? ([[active, 'Still to learn', STILL_TO_LEARN]] as const)
        : []),
      [
        accuracy,
        'Validation accuracy',
        'Pairs never trained on, at the threshold that fits them best: it should rise and settle, and the dashed line is the epoch that was kept.',
      ],
    ]),
  );
}

function judging(data: ReportData): string {
  const { histogram, verification, roc, precisionRecall } = data;
  const { confusion, threshold } = verification;
  const zoomNote = (zoom: number) =>
    zoom < 1
      ? ` Only the outer ${Math.round(zoom * 100)}\u202f% of each axis is shown, where the curve bends.`
      : '';
  const drawn: [string, string, string][] = [];
  if (histogram !== null) {
    drawn.push([
      histogramFigure({ histogram, threshold }),
      'Distances',
      'The less the two humps overlap, the better; what lies on the wrong side of the threshold is an error.',
    ]);
  }
  drawn.push([
    confusionTable(confusion),
    'Verdicts',
    'Rows are the truth, columns the verdict; percentages are shares of their row, and the marked diagonal is right.',
  ]);
  drawn.push([
    rocFigure({ points: roc, confusion }),
    'ROC curve',
    `Each point is a threshold; the nearer to the upper left corner, the better.${roc.length === 0 ? '' : zoomNote(rocZoom(roc))}`,
  ]);
  drawn.push([
    precisionRecallFigure({ points: precisionRecall, confusion }),
    'Precision and recall',
    `Going right finds more of the similar pairs; how far the line stays up is how long the finds stay right.${precisionRecall.length === 0 ? '' : zoomNote(precisionRecallZoom(precisionRecall))}`,
  ]);
  return section('Telling same from different', '', figures(drawn));
}

function figures(items: readonly (readonly [string, string, string])[]): string {
  const each = items.map(
    ([drawing, name, reading]) =>
      `<figure>${drawing}<figcaption><b>${name}</b>${reading}</figcaption></figure>`,
  );
  return `<div class="figures">${each.join('')}</div>`;
}

function galleries(data: ReportData): string {
  if (data.galleries.length === 0) return '';
  const parts = data.galleries.map(
    ({ title, pairs }) => `<h3>${escapeHtml(title)}</h3>${pairGallery(pairs)}`,
  );
  return section(
    'Pairs',
    'Each card is one pair with the verdict, and beside it the truth: ✓ where they agree, ✗ where they do not.',
    parts.join(''),
  );
}

function search({ retrievalExamples }: ReportData): string {
  if (retrievalExamples.length === 0) return '';
  return section(
    'What else looks like this',
    'At the left a query, then its nearest images with their distances: ✓ is of the same class, ✗ with a dashed edge is not.',
    retrievalGrid(retrievalExamples),
  );
}

function map({ map: images }: ReportData): string {
  if (images === undefined) return '';
  const reading = `${MAP_READING[images.method]} Images that would hide one another are moved apart; point at one, or tap it, to see what it is.`;
  return section('Map', reading, `<style>${IMAGE_MAP_STYLES}</style>${imageMap(images)}`);
}

function making(data: ReportData): string {
  const { model, cost, versions } = data;
  const [height, width, channels] = model.inputShape;
  const classes = data.data.classNames;
  const shown =
    classes.slice(0, 30).join(', ') + (classes.length > 30 ? `, and ${classes.length - 30} more` : '');
  const facts: [string, string][] = [
    ['Data', data.data.name],
    ['Classes', shown === '' ? NOTHING : shown],
    ['Data fingerprint', data.data.fingerprint],
    ['Seed', String(data.seed)],
    ['Network', model.network],
    ['Loss', model.loss],
    ['Parameters', formatCount(model.numParameters)],
    ['Input', `uint8 [N, ${height}, ${width}, ${channels}]`],
    ['Embedding', `float32 [N, ${model.embeddingDim}], ${formatDistanceName(model.distance)} distance`],
    ['Model file', formatBytes(cost.modelBytes)],
    ['Training', formatDuration(cost.trainSeconds)],
    [
      'Training speed',
      cost.trainImagesPerSecond === null ? NOTHING : `${formatCount(cost.trainImagesPerSecond)} images/s`,
    ],
    [
      'Embedding speed',
      cost.embedImagesPerSecond === null ? NOTHING : `${formatCount(cost.embedImagesPerSecond)} images/s`,
    ],
    ...Object.entries(versions),
  ];
  const splits = data.data.splits.map(
    ({ name, numImages, numPairs }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number">${formatCount(numImages)}</td><td class="number">${formatCount(numPairs)}</td></tr>`,
  );
  const configuration = Object.entries(data.configuration).map(([name, value]): [string, string] => [
    name,
    value === null ? NOTHING : String(value),
  ]);
  const splitTable =
    splits.length === 0
      ? ''
      : `<h3>Splits</h3><table><thead><tr><th></th><th class="number">images</th><th class="number">pairs</th></tr></thead><tbody>${splits.join('')}</tbody></table>`;
  return section(
    'How it was made',
    'Everything needed to make it again: the same data, seed and versions on the same machine give the same model.',
    `<div class="columns"><div><h3>Run</h3>${factTable(facts)}</div><div>${splitTable}<h3>Configuration</h3>${factTable(configuration)}</div></div>`,
  );
}

function factTable(facts: readonly (readonly [string, string])[]): string {
  if (facts.length === 0) return '<p class="nothing">None was kept.</p>';
  const rows = facts.map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<table><tbody>${rows.join('')}</tbody></table>`;
}

function section(title: string, lead: string, content: string): string {
  return `<section><h2>${title}</h2>${lead === '' ? '' : `<p class="lead">${lead}</p>`}${content}</section>`;
}

/** JSON that cannot end its script element. */
function embeddedJson(data: ReportData): string {
  const { galleries: _, retrievalExamples: __, map: ___, ...numbersOnly } = data;
  return JSON.stringify(numbersOnly).replaceAll('<', '\\u003c');
}
