import { writeFileAtomic } from '../../base/files.ts';
import { escapeHtml } from '../escape.ts';
import { formatDistance, formatPercent } from '../format.ts';
import { checkPicturePath, LOOK, type NamedImage, rasterize, shorten } from '../pair-picture.ts';
import { drawHeatPanel, type Heat, type Share } from './heat-panel.ts';
import { inferno } from './inferno.ts';

/** One photo of an explained pair. */
export interface ExplainedPhoto {
  readonly photo: NamedImage;
  /** The part of it that the network saw, on which the heat lies. */
  readonly seen: Share;
  readonly product?: Heat;
  readonly occlusion: Heat;
  /** Of the product, or of the occlusion where there is no product: from which heat on the marked part begins. */
  readonly level: number;
}

export interface ExplanationPicture {
  readonly left: ExplainedPhoto;
  readonly right: ExplainedPhoto;
  readonly verdict: 'same' | 'different' | 'unsure';
  readonly distance: number;
  readonly threshold: number;
  readonly probability: number;
  /** Between both rows; null where there is one row, or they cannot be compared. */
  readonly rankCorrelation: number | null;
  readonly sentence: string;
  /** How the marked part was chosen. */
  readonly rule: string;
}

const SIDE = 380;
const GAP = 16;
const MARGIN = 28;
const WIDTH = 2 * SIDE + GAP + 2 * MARGIN;
const HEAD = 92;
/** Of a row: its title above the photos, and room below. */
const TITLE = 42;
const BELOW = 18;
const LINE = 22;
/** Letters of a line of text that surely fit. */
const LINE_LETTERS = 99;

/**
 * Two photos with the heat of their agreement on them as one SVG: the spatial product above, occlusion below it as the
 * check, the marked part outlined in both, and what it carries in words. Node only.
 */
export async function drawExplanation(picture: ExplanationPicture): Promise<string> {
  const { left, right, verdict, distance, threshold, probability, sentence, rule } = picture;
  const { color, mark, words } = LOOK[verdict];
  const rows = rowsOf(picture);
  const bottom = HEAD + rows.length * (TITLE + SIDE + BELOW) + 24;
  const lines = wrap(sentence, LINE_LETTERS);
  const height = bottom + 20 + LINE * (lines.length + 1) + 40;
  const facts = `distance ${formatDistance(distance)}, the same below ${formatDistance(threshold)} · probability of being the same ${formatPercent(probability)}`;
  const drawn = await Promise.all(
    rows.map((row, i) => drawRow(row, [left, right], HEAD + i * (TITLE + SIDE + BELOW))),
  );
  const names = [left, right].map(
    ({ photo }, i) =>
      `<text x="${MARGIN + i * (SIDE + GAP)}" y="${bottom - 12}" font-size="13" fill="#6a675f">${escapeHtml(shorten(photo.name))}</text>`,
  );
  const said = lines.map(
    (line, i) =>
      `<text x="${MARGIN}" y="${bottom + 24 + i * LINE}" font-size="15" fill="#1d1c1a">${escapeHtml(line)}</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif">` +
    `<title>${escapeHtml(`${left.photo.name} and ${right.photo.name}: ${words}`)}</title>` +
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/><rect width="${WIDTH}" height="6" fill="${color}"/>` +
    `<text x="${MARGIN}" y="52" font-size="28" font-weight="bold" fill="${color}">${mark} ${words}</text>` +
    `<text x="${MARGIN}" y="78" font-size="15" fill="#55524b">${escapeHtml(facts)}</text>` +
    drawn.join('') +
    names.join('') +
    said.join('') +
    drawKey(bottom + 24 + lines.length * LINE + 8, `outlined: ${rule}`) +
    '</svg>'
  );
}

/**
 * Draws an explanation into a file: PNG, JPEG or WebP, or the SVG itself, by its extension.
 * @throws E_USAGE where the extension is another one; E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function writeExplanationPicture(path: string, picture: ExplanationPicture): Promise<void> {
  const format = checkPicturePath(path);
  const svg = await drawExplanation(picture);
  await writeFileAtomic(path, format === '.svg' ? svg : await rasterize(svg, format, path));
}

interface Row {
  readonly title: string;
  readonly note: string;
  readonly heatOf: (photo: ExplainedPhoto) => Heat;
}

function rowsOf({ left, right, rankCorrelation }: ExplanationPicture): Row[] {
  const hasProduct = left.product !== undefined && right.product !== undefined;
  const agreement =
    rankCorrelation === null ? '' : `rank correlation with the above ${rankCorrelation.toFixed(2)}`;
  return [
    ...(hasProduct
      ? [
          {
            title: 'Where the agreement comes from',
            note: 'spatial product of the last feature map',
            heatOf: (photo: ExplainedPhoto) => photo.product!,
          },
        ]
      : []),
    {
      title: hasProduct
        ? 'The check: how much farther apart with this part hidden'
        : 'How much farther apart with this part hidden',
      note: hasProduct ? agreement : 'occlusion',
      heatOf: ({ occlusion }) => occlusion,
    },
  ];
}

async function drawRow(
  { title, note, heatOf }: Row,
  photos: readonly ExplainedPhoto[],
  top: number,
): Promise<string> {
  const hottest = Math.max(...photos.map((photo) => maxOf(heatOf(photo).values)));
  const panels = await Promise.all(
    photos.map((photo, i) =>
      drawHeatPanel(
        {
          photo: photo.photo,
          seen: photo.seen,
          heat: heatOf(photo),
          hottest,
          marked: { heat: photo.product ?? photo.occlusion, level: photo.level },
        },
        { left: MARGIN + i * (SIDE + GAP), top: top + TITLE, side: SIDE },
      ),
    ),
  );
  return (
    `<text x="${MARGIN}" y="${top + TITLE - 12}" font-size="15" font-weight="bold" fill="#1d1c1a">${escapeHtml(title)}</text>` +
    `<text x="${WIDTH - MARGIN}" y="${top + TITLE - 12}" font-size="13" text-anchor="end" fill="#6a675f">${escapeHtml(note)}</text>` +
    panels.join('')
  );
}

/** The colours from none to most, and what the outline means. */
function drawKey(top: number, outlined: string): string {
  const steps = 24;
  const bar = Array.from({ length: steps }, (_, i) => {
    const [red, green, blue] = inferno(i / (steps - 1));
    return `<rect x="${MARGIN + 44 + i * 5}" y="${top}" width="5.5" height="12" fill="rgb(${red},${green},${blue})"/>`;
  });
  const end = MARGIN + 44 + steps * 5;
  const label = (x: number, words: string, anchor = 'start') =>
    `<text x="${x}" y="${top + 11}" font-size="13" text-anchor="${anchor}" fill="#6a675f">${escapeHtml(words)}</text>`;
  return `${label(MARGIN, 'none')}${bar.join('')}${label(end + 8, 'most')}${label(WIDTH - MARGIN, outlined, 'end')}`;
}

function maxOf(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, values[i]);
  return max;
}

function wrap(text: string, letters: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > letters) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
