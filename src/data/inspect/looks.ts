import type { ImageLook } from './types.ts';

/** What compression makes of one colour stays within it; a faint drawing does not. */
const MAX_BLANK_RANGE = 8;
const NEAR_BLACK = 40;
const NEAR_WHITE = 215;

/** Whether an image is of one colour. */
export function isBlank({ range }: ImageLook): boolean {
  return range <= MAX_BLANK_RANGE;
}

/** Whether not one spot of an image is brighter than a lens cap lets through. */
export function isNearBlack(look: ImageLook): boolean {
  return look.brightest < NEAR_BLACK && !isBlank(look);
}

/** Whether not one spot of an image is darker than an overexposed sky. */
export function isNearWhite(look: ImageLook): boolean {
  return look.darkest > NEAR_WHITE && !isBlank(look);
}
