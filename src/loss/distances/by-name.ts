import { pick } from '../names.ts';
import { cosine, dot } from './cosine.ts';
import type { Distance } from './distance.ts';
import { euclidean, squaredEuclidean } from './euclidean.ts';
import { l1 } from './l1.ts';
import { snr } from './snr.ts';

const DISTANCES = {
  euclidean,
  'squared-euclidean': squaredEuclidean,
  cosine,
  dot,
  l1,
  snr,
} satisfies Readonly<Record<string, Distance>>;

export type DistanceName = keyof typeof DISTANCES;

/** The names that `distanceOf` knows. */
export const DISTANCE_NAMES = Object.keys(DISTANCES) as readonly DistanceName[];

/** A distance by its name, or the one that is given: whoever writes a distance of their own passes it as it is. @throws E_CONFIG */
export function distanceOf(distance: DistanceName | Distance): Distance {
  return typeof distance === 'string' ? pick<Distance>(DISTANCES, distance, 'distance') : distance;
}
