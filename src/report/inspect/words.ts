import { type Finding, SEVERITIES, type Severity } from '../../data/inspect/types.ts';
import { formatBytes, formatCount, formatPercent } from '../format.ts';
import type { InspectionData } from './inspection-data.ts';

const VERDICTS: Readonly<Record<InspectionData['verdict'], string>> = {
  error: 'Not ready to train on',
  warning: 'Can be trained on, but would be better for some work',
  note: 'Ready to train on',
  clean: 'Ready to train on: nothing found',
};

/** The verdict as a heading. */
export function headline({ verdict }: Pick<InspectionData, 'verdict'>): string {
  return VERDICTS[verdict];
}

/** `2 errors, 1 warning`. */
export function countFindings(findings: readonly Pick<Finding, 'severity'>[]): string {
  const parts = SEVERITIES.map((severity) => [severity, numOf(findings, severity)] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}${count === 1 ? '' : 's'}`);
  return parts.length === 0 ? 'nothing found' : parts.join(', ');
}

export function numOf(findings: readonly Pick<Finding, 'severity'>[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

/** What the data set is made of, as names and values. */
export function summaryFacts({ summary }: Pick<InspectionData, 'summary'>): [string, string][] {
  const { numImages, numExamined, numUnreadable, height, width, sizes, numSizes, splits } = summary;
  const { colours, formats, aspects, sizeBytes } = summary;
  const numRead = numExamined - numUnreadable;
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${formatCount(count)}`)
      .join(', ');
  const facts: [string, string][] = [
    [
      'looked at',
      numExamined < numImages ? `${formatCount(numExamined)} of ${formatCount(numImages)}` : 'all',
    ],
    ['read', `${formatCount(numRead)} (${formatPercent(numExamined === 0 ? 0 : numRead / numExamined)})`],
    ['bytes', formatBytes(sizeBytes)],
  ];
  if (splits !== undefined) {
    const { none, ...parts } = splits;
    facts.push(['parts', list(none > 0 ? { ...parts, 'in no part': none } : parts)]);
  }
  if (Object.keys(formats).length > 0) facts.push(['formats', list(formats)]);
  if (numRead === 0) return facts;
  const common = sizes
    .map((size) => `${formatCount(size.numImages)} of ${size.height}×${size.width}`)
    .join(', ');
  const more = numSizes > sizes.length ? `, the others of ${formatCount(numSizes - sizes.length)} more` : '';
  facts.push(
    ['sizes', `${common}${more} (height × width)`],
    ['height', `${height.min} to ${height.max}, median ${height.median}`],
    ['width', `${width.min} to ${width.max}, median ${width.median}`],
    ['shapes', list(aspects)],
    [
      'colours',
      list({ colour: colours.colour, grey: colours.grey, 'with an alpha channel': colours.transparent }),
    ],
  );
  return facts;
}
