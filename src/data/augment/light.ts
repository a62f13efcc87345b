import type { Random } from '../../base/random.ts';
import type { AugmentOptions } from './options.ts';

const MID_GREY = 128;

/**
 * Draws how one image's values change and writes it into `table`, uint8 `[256]`:
 * `v → clamp((v − 128)·contrast + 128 + 255·brightness)`, and 255 minus that for a negative.
 * @returns whether anything changes at all.
 */
export function drawLight(options: Required<AugmentOptions>, random: Random, table: Uint8Array): boolean {
  const contrast = options.contrast > 0 ? 1 + (random.uniform() * 2 - 1) * options.contrast : 1;
  const brightness = options.brightness > 0 ? (random.uniform() * 2 - 1) * options.brightness : 0;
  const isNegative = options.invert > 0 && random.uniform() < options.invert;
  fillLightTable(table, contrast, brightness, isNegative);
  return contrast !== 1 || brightness !== 0 || isNegative;
}

/** In 24.8 fixed point, rounded to the nearest value. */
export function fillLightTable(
  table: Uint8Array,
  contrast: number,
  brightness: number,
  isNegative: boolean,
): void {
  const factor = Math.round(contrast * 256);
  const offset = MID_GREY * 256 + Math.round(255 * brightness * 256) + 128;
  for (let v = 0; v < 256; v++) {
    const value = ((v - MID_GREY) * factor + offset) >> 8;
    const clamped = Math.min(Math.max(value, 0), 255);
    table[v] = isNegative ? 255 - clamped : clamped;
  }
}
