/** Told apart on white and on black. Ten hues are about what an eye keeps apart. */
const HUES = [
  '#2f7fd0',
  '#f07f13',
  '#2a9d4a',
  '#d63a3f',
  '#9465c9',
  '#9b6344',
  '#e06cb6',
  '#12a5b5',
  '#a9a11c',
  '#7d7f86',
] as const;

/** What has no class. */
export const NO_CLASS_COLOR = '#8a8a8a';

/** Colour of a class as `#rrggbb`: ten chosen ones, and behind them hues a golden angle apart. */
export function classColor(label: number): string {
  if (label < 0) return NO_CLASS_COLOR;
  if (label < HUES.length) return HUES[label];
  const hue = (label * 137.508) % 360;
  return fromHsl(hue, 0.62, label % 2 === 0 ? 0.42 : 0.6);
}

/** Red, green and blue of a `#rrggbb`. */
export function channelsOf(color: string): [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function fromHsl(hue: number, saturation: number, lightness: number): string {
  const strength = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    const value = lightness - strength * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
