import { formatRate } from '../format.ts';
import type { SweepRow, SweepTable } from '../sweep/sweep-table.ts';
import { fitText } from '../terminal/table.ts';
import { COLORS, drawing, drawNothing, num, text, WIDTH } from './frame.ts';
import { createScale } from './scale.ts';

const SIDE = 26;
const TOP = 44;
const ROW = 44;
const BOTTOM = 46;
/** Of a label; the mean stands behind it. */
const LABEL_COLUMNS = 44;

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
  const bottom = TOP + drawn.length * ROW;
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
    ...drawn.map((row, i) => drawRow(row, TOP + i * ROW, scale.at)),
    floor === null ? '' : drawFloor(floor, scale.min, scale.at(floor), bottom),
    text(WIDTH - SIDE, bottom + 38, 'share of test pairs told apart', 'end'),
  ];
  return drawing(title, content.join(''), bottom + BOTTOM);
}

function drawRow(row: SweepRow, y: number, at: (value: number) => number): string {
  const { name, isBest, spreads } = row;
  const color = isBest ? COLORS.dissimilar : COLORS.similar;
  const { mean } = spreads.accuracy!;
  const line = y + 30;
  const dots = valuesOf(row).map(
    (value) => `<circle cx="${num(at(value))}" cy="${line}" r="4.5" fill="${color}" fill-opacity=".5"/>`,
  );
  const label = `${fitText(name, LABEL_COLUMNS)}${isBest ? '  (best)' : ''}`;
  return [
    `<path d="M${SIDE} ${line}H${WIDTH - SIDE}" stroke="${COLORS.rule}"/>`,
    backed(text(SIDE, y + 17, label, 'start', isBest ? COLORS.dissimilar : COLORS.ink)),
    backed(text(WIDTH - SIDE, y + 17, formatRate(mean), 'end', COLORS.ink)),
    ...dots,
    `<path d="M${num(at(mean))} ${line - 9}v18" stroke="${color}" stroke-width="3"/>`,
  ].join('');
}

/** The grid does not run through the letters. */
function backed(label: string): string {
  return label.replace('<text ', '<text paint-order="stroke" stroke="var(--paper, #fff)" stroke-width="4" ');
}

/** Bare pixels as a line where the axis reaches so far, else in words: they are often far to the left. */
function drawFloor(floor: number, min: number, x: number, bottom: number): string {
  const isInside = floor >= min;
  const label = `raw pixels ${formatRate(floor)}${isInside ? ' (dashed)' : ', left of the axis'}`;
  const line = isInside
    ? `<path d="M${num(x)} ${TOP}V${bottom}" stroke="${COLORS.muted}" stroke-dasharray="4 3"/>`
    : '';
  return line + text(SIDE, bottom + 38, label, 'start');
}

function valuesOf({ runs }: SweepRow): number[] {
  return runs.flatMap(({ values }) => (typeof values?.accuracy === 'number' ? [values.accuracy] : []));
}
