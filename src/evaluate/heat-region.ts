/** The hottest part of a heat map. */
export interface HeatRegion {
  /** The heat from which on a pixel belongs to it. Infinity where there is no heat. */
  readonly level: number;
  /** uint8 `[pixels]`: 1 inside. */
  readonly mask: Uint8Array;
  /** Of all pixels, 0…1. */
  readonly areaShare: number;
}

/**
 * The smallest set of pixels that together hold a share of the heat. Heat below 0 counts as none; pixels as hot as the
 * last one that is needed all belong to it.
 * @param share of the heat, above 0 to 1. Default .5: small enough to point at something, large enough to say what it
 *   carries
 */
export function heatRegion(heat: ArrayLike<number>, share = 0.5): HeatRegion {
  const sorted = Float64Array.from(heat, (value) => Math.max(0, value)).sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  let level = Number.POSITIVE_INFINITY;
  if (total > 0) {
    let held = 0;
    // A hair less, so that sums in another order do not ask for one pixel more.
    for (let i = sorted.length - 1; i >= 0 && held < share * total * (1 - 1e-9); i--) {
      held += sorted[i];
      level = sorted[i];
    }
  }
  const mask = Uint8Array.from(heat, (value) => (value >= level && value > 0 ? 1 : 0));
  const numInside = mask.reduce((sum, inside) => sum + inside, 0);
  return { level, mask, areaShare: heat.length === 0 ? 0 : numInside / heat.length };
}
