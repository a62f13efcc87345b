import { formatBytes, formatCount, formatDuration } from '../format.ts';
import { fitText, renderTable, textWidth } from '../terminal/table.ts';
import type { InspectionData, ShownFinding, ShownGroup } from './inspection-data.ts';
import { countFindings, headline, summaryFacts } from './words.ts';

const MAX_CLASSES = 20;
const MAX_GROUPS = 4;
const MAX_NAMES = 4;
const BAR = 24;

/** An inspection for a terminal: classes, what the files are, what is the matter and what to do, and the verdict. */
export function renderInspectionText(data: InspectionData, columns = 100): string {
  const { findings } = data;
  const parts = [
    firstLine(data),
    classTable(data, columns),
    factLines(data, columns),
    ...findings.map((finding) => findingText(finding, columns)),
    `${headline(data)}${findings.length === 0 ? '' : ` (${countFindings(findings)})`}.`,
  ];
  // Names of files may hold anything; a terminal obeys control characters.
  return parts
    .filter((part) => part !== '')
    .join('\n\n')
    .replace(/(?!\n)\p{Cc}/gu, '');
}

function firstLine({ name, summary, seconds }: InspectionData): string {
  const { numImages, numExamined, classes, sizeBytes } = summary;
  const inClasses =
    classes.length === 0
      ? ''
      : ` in ${formatCount(classes.length)} ${classes.length === 1 ? 'class' : 'classes'}`;
  const part = numExamined < numImages ? `${formatCount(numExamined)} of them` : formatBytes(sizeBytes);
  return `${name}: ${formatCount(numImages)} images${inClasses}; ${part} looked at in ${formatDuration(seconds)}`;
}

function classTable({ summary: { classes } }: InspectionData, columns: number): string {
  if (classes.length === 0) return '';
  const shown = classes.slice(0, MAX_CLASSES);
  const hasSplits = shown[0].splits !== undefined;
  const largest = Math.max(...classes.map(({ numImages }) => numImages));
  const table = renderTable({
    header: ['class', 'images', ...(hasSplits ? ['train', 'validation', 'test'] : []), ''],
    align: ['left', 'right', ...(hasSplits ? (['right', 'right', 'right'] as const) : []), 'left'],
    rows: shown.map(({ name, numImages, splits }) => [
      fitText(name, Math.max(12, columns - 70)),
      formatCount(numImages),
      ...(splits === undefined ? [] : [splits.train, splits.validation, splits.test].map(formatCount)),
      '━'.repeat(Math.max(numImages > 0 ? 1 : 0, Math.round((BAR * numImages) / largest))),
    ]),
  });
  const rest = classes.slice(MAX_CLASSES);
  if (rest.length === 0) return table;
  const [least, most] = [rest.at(-1)!.numImages, rest[0].numImages].map(formatCount);
  const sizes = least === most ? most : `${least} to ${most}`;
  return `${table}\nand ${formatCount(rest.length)} more with ${sizes} images each`;
}

function factLines(data: InspectionData, columns: number): string {
  const facts = summaryFacts(data);
  const width = Math.max(...facts.map(([name]) => textWidth(name)));
  const indent = ' '.repeat(width + 2);
  return facts
    .flatMap(([name, value]) =>
      wrap(value, columns - indent.length).map(
        (line, i) => (i === 0 ? name.padEnd(indent.length) : indent) + line,
      ),
    )
    .join('\n');
}

function findingText({ severity, title, advice, groups, numGroups }: ShownFinding, columns: number): string {
  const indent = ' '.repeat(9);
  const lines = [
    ...wrap(`${title}.`, columns - indent.length),
    ...wrap(advice, columns - indent.length),
    ...groups
      .slice(0, MAX_GROUPS)
      .flatMap((group) => wrap(groupText(group), columns - indent.length - 4))
      .map((line) => `  ${line}`),
    ...(numGroups > MAX_GROUPS ? [`  and ${formatCount(numGroups - MAX_GROUPS)} more`] : []),
  ];
  return lines.map((line, i) => (i === 0 ? severity.padEnd(indent.length) : indent) + line).join('\n');
}

function groupText({ images, numImages, caption }: ShownGroup): string {
  const names = images.slice(0, MAX_NAMES).map(({ name }) => name);
  const more = numImages > names.length ? ` = … ${formatCount(numImages - names.length)} more` : '';
  return `${names.join(' = ')}${more}${caption === undefined ? '' : `  (${caption})`}`;
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(last) + 1 + textWidth(word) <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => fitText(line, columns));
}
