import type { Severity } from '../../data/inspect/types.ts';
import { escapeHtml, imageSource } from '../escape.ts';
import { formatBytes, formatCount, formatDuration } from '../format.ts';
import { factTable, renderPage, section, tile } from '../page.ts';
import type { InspectionData, ShownFinding, ShownGroup, ShownImage } from './inspection-data.ts';
import { INSPECTION_STYLES } from './inspection-styles.ts';
import { countFindings, headline, numOf, summaryFacts } from './words.ts';

/** Classes past these are in `#report-data`. */
const MAX_CLASSES = 200;

/** An inspection as one page: the verdict, each finding with its images, the classes, what the files are, a proposal. */
export function renderInspectionPage(data: InspectionData): string {
  return renderPage({
    title: `Inspection of ${data.name}`,
    styles: INSPECTION_STYLES,
    sections: [
      header(data),
      findingSection(data),
      classSection(data),
      factSection(data),
      proposalSection(data),
    ],
    footer: `Looked at in ${formatDuration(data.seconds)}. Near copies differ in at most ${data.threshold} of 64 bits of their perceptual hash (pHash), and correlate.`,
    data: dataOf(data),
  });
}

function header(data: InspectionData): string {
  const { name, summary, findings } = data;
  const count = (severity: Severity) => String(numOf(findings, severity));
  const tiles = [
    tile('Images', formatCount(summary.numImages), formatBytes(summary.sizeBytes)),
    tile('Classes', formatCount(summary.classes.length), classNote(data)),
    tile('Errors', count('error'), 'put right before training'),
    tile('Warnings', count('warning'), 'cost quality'),
    tile('Notes', count('note'), 'worth knowing'),
  ];
  return (
    `<header><h1>${escapeHtml(headline(data))}</h1>` +
    `<p>${escapeHtml(name)}: ${escapeHtml(countFindings(findings))}.</p></header>` +
    `<ul class="tiles">${tiles.join('')}</ul>`
  );
}

function classNote({ summary: { classes } }: InspectionData): string {
  if (classes.length === 0) return 'no labels';
  const [most, least] = [classes[0].numImages, classes.at(-1)!.numImages];
  return most === least
    ? `${formatCount(most)} images each`
    : `${formatCount(least)} to ${formatCount(most)} images`;
}

function findingSection({ findings }: InspectionData): string {
  if (findings.length === 0) return section('Findings', '', '<p class="nothing">There are none.</p>');
  return section('Findings', 'The worst first, each with what to do.', findings.map(finding).join(''));
}

function finding({ severity, title, advice, groups, numGroups }: ShownFinding): string {
  const more = numGroups - groups.length;
  return (
    `<article class="finding"><h3><span class="mark ${severity}">${severity}</span>${escapeHtml(title)}</h3>` +
    `<p class="advice">${escapeHtml(advice)}</p>` +
    (groups.length === 0 ? '' : `<ul class="groups">${groups.map(group).join('')}</ul>`) +
    (more > 0
      ? `<p class="more">and ${formatCount(more)} more; samesame inspect --json lists them all</p>`
      : '') +
    '</article>'
  );
}

function group({ images, numImages, caption }: ShownGroup): string {
  const more = numImages - images.length;
  const texts = [caption, more > 0 ? `and ${formatCount(more)} more` : undefined].filter(
    (text) => text !== undefined,
  );
  return (
    `<li class="${images.length === 1 ? 'one' : 'many'}"><div class="row">${images.map(image).join('')}</div>` +
    `${texts.map((text) => `<p>${escapeHtml(text)}</p>`).join('')}</li>`
  );
}

function image({ name, picture }: ShownImage): string {
  const label = escapeHtml(name);
  const drawing =
    picture === undefined
      ? '<div class="absent">no picture</div>'
      : `<img src="${imageSource(picture)}" alt="${label}" loading="lazy" decoding="async">`;
  return `<figure class="picture">${drawing}<figcaption title="${label}">${label}</figcaption></figure>`;
}

function classSection({ summary: { classes } }: InspectionData): string {
  if (classes.length === 0) return '';
  const hasSplits = classes[0].splits !== undefined;
  const largest = Math.max(1, classes[0].numImages);
  const heads = ['Images', ...(hasSplits ? ['Train', 'Validation', 'Test'] : [])];
  const rows = classes.slice(0, MAX_CLASSES).map(({ name, numImages, splits }) => {
    const counts = [
      numImages,
      ...(splits === undefined ? [] : [splits.train, splits.validation, splits.test]),
    ];
    return (
      `<tr><th scope="row">${escapeHtml(name)}</th>${counts.map((count) => `<td class="number">${formatCount(count)}</td>`).join('')}` +
      `<td class="bar"><span style="width:${((100 * numImages) / largest).toFixed(1)}%"></span></td></tr>`
    );
  });
  const more = classes.length - MAX_CLASSES;
  return section(
    'Classes',
    'The largest first.',
    `<div class="scroll tall"><table class="bars${hasSplits ? ' split' : ''}"><thead><tr><th>Class</th>${heads.map((head) => `<th class="number">${head}</th>`).join('')}<th class="bar"></th></tr></thead><tbody>${rows.join('')}</tbody></table></div>` +
      (more > 0 ? `<p class="more">and ${formatCount(more)} more</p>` : ''),
  );
}

function factSection(data: InspectionData): string {
  const facts = summaryFacts(data).map(
    ([name, value]) => [name[0].toUpperCase() + name.slice(1), value] as const,
  );
  return section('Files', '', `<div class="columns">${factTable(facts)}</div>`);
}

function proposalSection({ proposal }: InspectionData): string {
  if (proposal === undefined) return '';
  const { command, config, reasons } = proposal;
  return section(
    'How to train on it',
    'A proposal to begin with: the command, and the same as a file for <code>--config</code>.',
    `<ul class="reasons">${reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>` +
      `<pre>${escapeHtml(command)}</pre><pre>${escapeHtml(JSON.stringify(config, null, 2))}</pre>`,
  );
}

/** What programs may read: without pictures. */
function dataOf({ findings, ...data }: InspectionData): object {
  return {
    ...data,
    findings: findings.map((found) => ({
      ...found,
      groups: found.groups.map((shown) => ({ ...shown, images: shown.images.map(({ name }) => name) })),
    })),
  };
}
