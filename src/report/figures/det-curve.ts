import type { Confusion, RocPoint } from '../../evaluate/index.ts';
import { COLORS, drawing, drawNothing, HEIGHT, linePath, num, text, WIDTH } from './frame.ts';

/** Rates that the axes name, as far as there are pairs to show them. */
const TICKS = [0.0001, 0.001, 0.01, 0.05, 0.2, 0.5] as const;
const MAX_RATE = 0.6;
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 22, 40, 50];
const [PLOT_WIDTH, PLOT_HEIGHT] = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM];

export interface DetOptions {
  readonly points: readonly RocPoint[];
  /** At the chosen threshold. */
  readonly confusion: Confusion;
}

/**
 * The detection error trade-off: misses against false matches, both on a normal scale, on which distances that are
 * normal in both kinds of pair make a straight line.
 * @source Martin et al. 1997, The DET curve in assessment of detection task performance
 */
export function detFigure({ points, confusion }: DetOptions): string {
  const title = 'Detection error trade-off';
  const { truePositive, falsePositive, trueNegative, falseNegative } = confusion;
  const numDissimilar = falsePositive + trueNegative;
  const numSimilar = truePositive + falseNegative;
  if (points.length === 0 || numDissimilar === 0 || numSimilar === 0)
    return drawNothing(title, 'Needs similar and dissimilar pairs');
  const x = createAxis(numDissimilar, PLOT_WIDTH, false);
  const y = createAxis(numSimilar, PLOT_HEIGHT, true);
  // Beyond the axes nothing is drawn: a line along the edge would look like data.
  const isShown = (point: RocPoint) =>
    point.falsePositiveRate <= MAX_RATE && 1 - point.truePositiveRate <= MAX_RATE;
  const places = points
    .filter(isShown)
    .map((point) => [x.at(point.falsePositiveRate), y.at(1 - point.truePositiveRate)] as const);
  const lines = [
    ...y.ticks.map(
      (rate) =>
        `<path d="M${LEFT} ${num(TOP + y.at(rate))}H${WIDTH - RIGHT}" stroke="${COLORS.rule}"/>` +
        text(LEFT - 8, TOP + y.at(rate) + 4, label(rate), 'end'),
    ),
    ...x.ticks.map(
      (rate) =>
        `<path d="M${num(LEFT + x.at(rate))} ${TOP}V${TOP + PLOT_HEIGHT}" stroke="${COLORS.rule}"/>` +
        text(LEFT + x.at(rate), TOP + PLOT_HEIGHT + 19, label(rate), 'middle'),
    ),
    text(WIDTH - RIGHT, HEIGHT - 10, 'False match rate: dissimilar pairs called the same', 'end'),
    text(LEFT, TOP - 14, 'False non-match rate: similar pairs missed', 'start'),
  ];
  const [cx, cy] = [x.at(falsePositive / numDissimilar), y.at(falseNegative / numSimilar)];
  const isLeft = cx > PLOT_WIDTH * 0.7;
  const mark =
    `<circle cx="${num(cx)}" cy="${num(cy)}" r="5.5" fill="${COLORS.dissimilar}" stroke="var(--paper, #fff)" stroke-width="2"/>` +
    text(
      cx + (isLeft ? -11 : 11),
      cy + (isLeft ? 20 : -8),
      'chosen threshold',
      isLeft ? 'end' : 'start',
      COLORS.ink,
    );
  return drawing(
    title,
    `${lines.join('')}<svg x="${LEFT}" y="${TOP}" width="${PLOT_WIDTH}" height="${PLOT_HEIGHT}" viewBox="0 0 ${PLOT_WIDTH} ${PLOT_HEIGHT}">` +
      `<path d="${linePath(places)}" fill="none" stroke="${COLORS.similar}" stroke-width="2.4" stroke-linejoin="round"/>${mark}</svg>`,
  );
}

/** A normal scale from half of one in the pairs that there are to a rate of 0.6. */
function createAxis(numPairs: number, length: number, isUpward: boolean) {
  const least = Math.min(0.05, Math.max(0.00005, 0.5 / numPairs));
  const [low, high] = [probit(least), probit(MAX_RATE)];
  const at = (rate: number) => {
    const share = (probit(Math.min(MAX_RATE, Math.max(least, rate))) - low) / (high - low);
    return length * (isUpward ? 1 - share : share);
  };
  return { at, ticks: TICKS.filter((rate) => rate > least) };
}

function label(rate: number): string {
  return `${Number((rate * 100).toPrecision(3))}\u202f%`;
}

/** The standard normal quantile of p in (0, 1), good to 4.5e-4: a fraction of a pixel (Abramowitz & Stegun 26.2.23). */
function probit(p: number): number {
  const tail = Math.min(p, 1 - p);
  const t = Math.sqrt(-2 * Math.log(tail));
  const z =
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
  return p < 0.5 ? -z : z;
}
