/** Maps numbers of the data to places in the drawing. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  /** Ascending round numbers within [min, max]. */
  readonly ticks: readonly number[];
  /** Place of a value. */
  at(value: number): number;
  /** A tick's text: as many decimals as the step needs. */
  label(tick: number): string;
}

export interface ScaleOptions {
  readonly min: number;
  readonly max: number;
  /** Place of `min` and of `max`; the first may be the greater. */
  readonly from: number;
  readonly to: number;
  /** About how many ticks. Default 5: few enough to stay apart on a phone. */
  readonly numTicks?: number;
  /** Whether the ends move out to the next ticks. Default false. */
  readonly isNice?: boolean;
  /** Only whole ticks, for counts. Default false. */
  readonly isWhole?: boolean;
}

/** A linear scale with ticks at 1, 2 or 5 times a power of ten. Equal or non-finite ends become an interval of 1. */
export function createScale(options: ScaleOptions): Scale {
  const { from, to, numTicks = 5, isNice = false, isWhole = false } = options;
  let { min, max } = options;
  if (!Number.isFinite(min) || !Number.isFinite(max)) [min, max] = [0, 1];
  if (max <= min) max = min + (Math.abs(min) > 0 ? Math.abs(min) : 1);
  const step = tickStep((max - min) / numTicks, isWhole);
  if (isNice) {
    min = Math.floor(min / step + 1e-9) * step;
    max = Math.ceil(max / step - 1e-9) * step;
  }
  const ticks: number[] = [];
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max + step * 1e-9; i++) ticks.push(i * step);
  const decimals = Math.max(0, Math.min(12, -Math.floor(Math.log10(step) + 1e-9)));
  const isSmall = step < 1e-4;
  return {
    min,
    max,
    ticks,
    at: (value) => from + ((value - min) / (max - min)) * (to - from),
    label: (tick) => (isSmall ? tick.toExponential(1) : tick.toFixed(decimals)),
  };
}

function tickStep(rough: number, isWhole: boolean): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const share = rough / power;
  // A little slack: (1 − .99) / 5 is a step of .002 in spite of rounding.
  const step = (share <= 1.0001 ? 1 : share <= 2.0001 ? 2 : share <= 5.0001 ? 5 : 10) * power;
  return isWhole ? Math.max(1, Math.round(step)) : step;
}
