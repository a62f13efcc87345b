import { escapeHtml } from '../escape.ts';
import {
  formatBytes,
  formatCount,
  formatDistanceName,
  formatDuration,
  formatSpeed,
  NOTHING,
} from '../format.ts';
import { factTable, section } from '../page.ts';
import type { Configuration, ReportData } from '../report-data.ts';

/** Sizes, speeds, seed, fingerprint, configuration. */
export function makingSection(report: ReportData): string {
  const { model, cost, versions, data } = report;
  const [height, width, channels] = model.inputShape;
  const classes = data.classNames;
  const shown =
    classes.slice(0, 30).join(', ') + (classes.length > 30 ? `, and ${classes.length - 30} more` : '');
  const facts: [string, string][] = [
    ['Data', data.name],
    ['Classes', shown === '' ? NOTHING : shown],
    ['Data fingerprint', data.fingerprint],
    ['Seed', String(report.seed)],
    ['Network', model.network],
    ['Loss', model.loss],
    ['Parameters', formatCount(model.numParameters)],
    ['Input', `uint8 [N, ${height}, ${width}, ${channels}]`],
    ['Embedding', `float32 [N, ${model.embeddingDim}], ${formatDistanceName(model.distance)} distance`],
    ['Model file', formatBytes(cost.modelBytes)],
    ['Training', formatDuration(cost.trainSeconds)],
    ['Training speed', formatSpeed(cost.trainImagesPerSecond)],
    ['Embedding speed', formatSpeed(cost.embedImagesPerSecond)],
    ...(cost.machine === null ? [] : [['Machine', cost.machine] as [string, string]]),
    ...Object.entries(versions),
  ];
  return section(
    'How it was made',
    'Everything needed to make it again: the same data, seed and versions on the same machine give the same model.',
    `<div class="columns"><div><h3>Run</h3>${factTable(facts)}</div><div>${splitTable(report)}${configurationTable(report.configuration)}</div></div>`,
  );
}

/** The configuration as it ran. */
export function configurationTable(configuration: Configuration): string {
  const facts = Object.entries(configuration).map(([name, value]): [string, string] => [
    name,
    value === null ? NOTHING : String(value),
  ]);
  return `<h3>Configuration</h3>${factTable(facts)}`;
}

function splitTable({ data }: ReportData): string {
  if (data.splits.length === 0) return '';
  const rows = data.splits.map(
    ({ name, numImages, numPairs }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number">${formatCount(numImages)}</td><td class="number">${formatCount(numPairs)}</td></tr>`,
  );
  return `<h3>Splits</h3><table><thead><tr><th></th><th class="number">images</th><th class="number">pairs</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
