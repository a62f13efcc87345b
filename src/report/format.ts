import type { DistanceName, Estimate } from '../evaluate/index.ts';

/** What stands where there is no number. */
export const NOTHING = '–';

/** `0.9952`. */
export function formatRate(value: number | null): string {
  return value === null || !Number.isFinite(value) ? NOTHING : value.toFixed(4);
}

/** `99.52 %`, with a narrow space that does not break. */
export function formatPercent(value: number | null): string {
  return value === null || !Number.isFinite(value) ? NOTHING : `${(value * 100).toFixed(2)}\u202f%`;
}

/** `0.9945–0.9958`. */
export function formatRange({ low, high }: Estimate): string {
  return low === null || high === null ? NOTHING : `${formatRate(low)}–${formatRate(high)}`;
}

/** `50,000`, whatever the machine's language. */
export function formatCount(value: number | null): string {
  return value === null || !Number.isFinite(value)
    ? NOTHING
    : Math.round(value)
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Four significant digits at most: `0.2134`, `1234`. */
export function formatNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NOTHING;
  return Math.abs(value) >= 1000 ? formatCount(value) : String(Number(value.toPrecision(4)));
}

/** `8,420 images/s`. */
export function formatSpeed(imagesPerSecond: number | null): string {
  return imagesPerSecond === null ? NOTHING : `${formatCount(imagesPerSecond)} images/s`;
}

/** Similar to dissimilar pairs, the fewer of them as 1: `1 : 2.21`. */
export function formatRatio({ numPairs, numSimilar }: { numPairs: number; numSimilar: number }): string {
  const numDissimilar = numPairs - numSimilar;
  const fewer = Math.min(numSimilar, numDissimilar);
  if (fewer === 0) return `${formatCount(numSimilar)} : ${formatCount(numDissimilar)}`;
  const side = (count: number) => (count === fewer ? '1' : String(Number((count / fewer).toFixed(2))));
  return `${side(numSimilar)} : ${side(numDissimilar)}`;
}

/** `0.213`: three decimals, so that distances in a row can be compared at a glance. */
export function formatDistance(value: number): string {
  return Number.isFinite(value) ? value.toFixed(Math.abs(value) >= 100 ? 0 : 3) : NOTHING;
}

/** As prose writes it: Euclid has a capital. */
export function formatDistanceName(distance: DistanceName | 'learned'): string {
  return distance === 'euclidean' ? 'Euclidean' : distance;
}

/** `48 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return NOTHING;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `304 kB`: powers of ten. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return NOTHING;
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
