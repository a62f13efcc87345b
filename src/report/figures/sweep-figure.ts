import { formatRate } from '../format.ts';
import type { SweepRow, SweepTable } from '../sweep/sweep-table.ts';
import { fitText, textWidth } from '../terminal/table.ts';
import { COLORS, drawing, drawNothing, num, text, WIDTH } from './frame.ts';
import { createScale, type Scale } from './scale.ts';

const SIDE = 26;
const TOP = 44;
/** Of a row: under its name, and each line of the name. */
const DOTS = 27;
const LINE = 17;
const BOTTOM = 46;
/** Of a line of a name; the mean stands behind it. */
const LABEL_COLUMNS = 44;
/** A name of a grid says at its end what tells it from the others, so it goes on in a second line, and a third. */
const LABEL_LINES = 4;

/**
 * Test accuracy of each configuration as SVG: a dot for each seed, a bar at the mean, in the table's order, which is that
 * of validation accuracy. Names stand above their dots, so that long ones are readable on a phone.
 */
export function sweepFigure({ name, rows, baselines }: SweepTable): string {
  const title = `Test accuracy of the configurations of ${name}`;
  const drawn = rows.filter(({ spreads }) => spreads.accuracy !== null);
  if (drawn.length === 0) return drawNothing(title, 'No run is finished yet');
  const values = drawn.flatMap((row) => valuesOf(row));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(high - low, 0.002);
  const scale = createScale({
    min: Math.max(0, low - span * 0.1),
    max: Math.min(1, high + span * 0.1),
    from: SIDE,
    to: WIDTH - SIDE,
    isNice: true,
  });
  let bottom = TOP;
  const places = drawn.map((row) => {
    const lines = wrap(`${row.name}${row.isBest ? ' (best)' : ''}`);
    const y = bottom;
    bottom += DOTS + LINE * lines.length;
    return { row, lines, y };
  });
  const grid = scale.ticks.map((tick) => {
    const x = num(scale.at(tick));
    return `<path d="M${x} ${TOP}V${bottom}" stroke="${COLORS.rule}"/>${text(scale.at(tick), bottom + 18, scale.label(tick), 'middle')}`;
  });
  const raw = baselines.filter((baseline) => baseline.name === 'raw pixels');
  const floor = raw.length === 1 ? (raw[0].spreads.accuracy?.mean ?? null) : null;
  const content = [
    text(SIDE, 20, 'Test accuracy, a dot a seed, a bar at the mean', 'start', COLORS.ink),
    text(SIDE, 37, 'sorted by validation accuracy, the best one first', 'start'),
    ...grid,
    floor === null ? '' : drawFloor(floor, scale, bottom),
    ...places.map(({ row, lines, y }) => drawRow(row, lines, y, scale.at)),
    text(WIDTH - SIDE, bottom + 38, 'share of test pairs told apart', 'end'),
  ];
  return drawing(title, content.join(''), bottom + BOTTOM);
}

function drawRow(row: SweepRow, lines: readonly string[], y: number, at: (value: number) => number): string {
  const color = row.isBest ? COLORS.dissimilar : COLORS.similar;
  const labelColor = row.isBest ? COLORS.dissimilar : COLORS.ink;
  const { mean } = row.spreads.accuracy!;
  const line = y + LINE * lines.length + 13;
  const dots = valuesOf(row).map(
    (value) => `<circle cx="${num(at(value))}" cy="${line}" r="4.5" fill="${color}" fill-opacity=".5"/>`,
  );
  return [
    `<path d="M${SIDE} ${line}H${WIDTH - SIDE}" stroke="${COLORS.rule}"/>`,
    ...lines.map((words, i) => backed(text(SIDE, y + LINE * (i + 1), words, 'start', labelColor))),
    backed(text(WIDTH - SIDE, y + LINE, formatRate(mean), 'end', COLORS.ink)),
    ...dots,
    `<path d="M${num(at(mean))} ${line - 9}v18" stroke="${color}" stroke-width="3"/>`,
  ].join('');
}

/** Lines of whole words; a word that is too long by itself is cut, and so is what the last line cannot hold. */
function wrap(name: string): string[] {
  const lines: string[] = [];
  for (const word of name.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(word);
    else if (textWidth(last) + 1 + textWidth(word) <= LABEL_COLUMNS || lines.length === LABEL_LINES)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => fitText(line, LABEL_COLUMNS));
}

/** The grid does not run through the letters. */
function backed(label: string): string {
  return label.replace('<text ', '<text paint-order="stroke" stroke="var(--paper, #fff)" stroke-width="4" ');
}

/** Bare pixels as a line where the axis reaches so far, else in words: they are often far to the left. */
function drawFloor(floor: number, { min, max, at }: Scale, bottom: number): string {
  const isInside = floor >= min && floor <= max;
  const where = isInside ? ' (dashed)' : floor < min ? ', left of the axis' : ', right of the axis';
  const line = isInside
    ? `<path d="M${num(at(floor))} ${TOP}V${bottom}" stroke="${COLORS.muted}" stroke-dasharray="4 3"/>`
    : '';
  return line + text(SIDE, bottom + 38, `raw pixels ${formatRate(floor)}${where}`, 'start');
}

function valuesOf({ runs }: SweepRow): number[] {
  return runs.flatMap(({ values }) => (typeof values?.accuracy === 'number' ? [values.accuracy] : []));
}
