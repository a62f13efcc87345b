import { SamesameError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { PixelShape } from '../types.ts';
import { eraseRectangle } from './erase.ts';
import { createAffineMover, createShifter, drawMovement } from './geometry.ts';
import { drawLight } from './light.ts';
import { addNoise } from './noise.ts';
import { type AugmentOptions, readAugmentOptions } from './options.ts';

/**
 * Varies the images of a batch in place, each by itself.
 * @param batch uint8 `[N, H, W, C]`
 * @param random decides everything: the same stream and the same batch give the same result.
 * @throws E_SHAPE for a batch that is not a whole number of images
 */
export type Augment = (batch: Uint8Array, random: Random) => void;

/**
 * An augmentation of uint8 batches, in integer arithmetic: mirror, stretch, slant, turn, zoom and move as one map sampled once, then
 * contrast, brightness and negative as one table of 256 values, then noise, then erasing.
 * Not to be used on images that are measured.
 *
 * Cost of 160 images of 28×28×1 (64×64×3) on one busy core: shift ±2 0.5 ms (5 ms), turn and zoom 1.8 ms (18 ms),
 * brightness and contrast 0.3 ms (4 ms), noise 0.9 ms (16 ms), erase p = .5 0.1 ms (1 ms).
 * @throws E_CONFIG for an unknown option or one out of range
 * @example
 * const augment = createAugmenter({ shiftPixels: 2, rotateDegrees: 10 }, { height: 28, width: 28, channels: 1 });
 * augment(batch, createRandom(7).fork('augment', step));
 */
export function createAugmenter(options: AugmentOptions, shape: PixelShape): Augment {
  const chosen = readAugmentOptions(options);
  const { border, noise, erase, eraseArea } = chosen;
  const imageBytes = shape.height * shape.width * shape.channels;
  const shift = createShifter(shape);
  const move = createAffineMover(shape);
  const original = new Uint8Array(imageBytes);
  const table = new Uint8Array(256);
  const movesAtAll =
    chosen.flipHorizontal + chosen.flipVertical + chosen.shiftPixels + chosen.shiftFraction > 0 ||
    chosen.rotateDegrees + chosen.zoom + chosen.shearDegrees + chosen.stretch > 0;
  const lightsAtAll = chosen.brightness + chosen.contrast + chosen.invert > 0;

  return (batch, random) => {
    if (batch.length % imageBytes !== 0) {
      throw new SamesameError('E_SHAPE', {
        what: 'augmenting a batch failed',
        expected: `a multiple of ${imageBytes} bytes: [N, ${shape.height}, ${shape.width}, ${shape.channels}]`,
        received: `${batch.length} bytes`,
      });
    }
    for (let start = 0; start < batch.length; start += imageBytes) {
      const end = start + imageBytes;
      if (movesAtAll) {
        const movement = drawMovement(chosen, shape, random);
        const { angleRad, scale, shear, stretch } = movement;
        const isWhole = angleRad === 0 && scale === 1 && shear === 0 && stretch === 1;
        const isStill =
          !movement.flipHorizontal && !movement.flipVertical && !movement.shiftX && !movement.shiftY;
        if (!(isWhole && isStill)) {
          original.set(batch.subarray(start, end));
          (isWhole ? shift : move)(original, batch, start, movement, border);
        }
      }
      if (lightsAtAll && drawLight(chosen, random, table)) {
        for (let i = start; i < end; i++) batch[i] = table[batch[i]];
      }
      if (noise > 0) addNoise(batch, start, end, noise, random);
      if (erase > 0 && random.uniform() < erase) eraseRectangle(batch, start, shape, eraseArea, random);
    }
  };
}
