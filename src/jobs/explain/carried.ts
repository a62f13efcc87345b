import type { DistancesTo } from './distances.ts';
import { hide, type View } from './hide.ts';

/**
 * How much of a pair's similarity its marked parts carry, in distances. Each is the mean of two: the first photo changed
 * and the second whole, and the other way round, because two photos that are both hidden would look alike.
 */
export interface Carried {
  /** Both photos whole. */
  readonly whole: number;
  /** Nothing shown but the marked part. */
  readonly alone: number;
  /** The marked part hidden. */
  readonly without: number;
  /** The photo hidden altogether. */
  readonly nothing: number;
  /**
   * `(nothing − alone) / (nothing − whole)`: 1 where the marked parts alone are as close as the photos, 0 where they are no
   * closer than nothing. Not cut off: beyond 1 the rest only stood in the way. Null where a hidden photo is hardly farther
   * away than the photo itself, so that there is no similarity to place.
   */
  readonly share: number | null;
  /** `(without − whole) / (nothing − whole)`: what is lost with them. The two need not add up to 1. */
  readonly lost: number | null;
}

/**
 * Of the distance with nothing shown: a pair that is closer by less has no similarity worth placing, because the edges of
 * what is hidden do as much.
 */
const SMALLEST_ROOM = 0.02;

/** One photo of the pair, with its marked pixels and the distance to the other. */
export interface MarkedView {
  readonly view: View;
  /** uint8, one for each pixel of the photo: 1 is marked. */
  readonly mask: Uint8Array;
  readonly distancesTo: DistancesTo;
}

/** Measures what the marked parts carry. @param whole the distance of the pair */
export async function measureCarried(whole: number, sides: readonly MarkedView[]): Promise<Carried> {
  const means = [0, 0, 0];
  for (const { view, mask, distancesTo } of sides) {
    const { width } = view.part;
    const versions = [
      hide(view, (x, y) => mask[y * width + x] === 0),
      hide(view, (x, y) => mask[y * width + x] === 1),
      hide(view, () => true),
    ];
    const images = new Uint8Array(versions.length * view.pixels.length);
    for (const [i, version] of versions.entries()) images.set(version, i * version.length);
    const distances = await distancesTo(images);
    for (const [i, distance] of distances.entries()) means[i] += distance / sides.length;
  }
  const [alone, without, nothing] = means;
  const room = nothing - whole;
  const hasRoom = room > SMALLEST_ROOM * nothing;
  return {
    whole,
    alone,
    without,
    nothing,
    share: hasRoom ? (nothing - alone) / room : null,
    lost: hasRoom ? (without - whole) / room : null,
  };
}
