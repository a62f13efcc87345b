import { add } from '../../graph/ops/add.ts';
import { flip } from '../../graph/ops/flip.ts';
import { l2Normalize } from '../../graph/ops/l2-normalize.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import type { Encoder } from './encoder.ts';

/**
 * An encoder that embeds each image together with its mirror image, left for right: the mean of the two embeddings, of
 * length 1 again where the encoder's are. A step of training sees one of them, so training costs what it did; embedding
 * costs twice as much. For things that stay what they are in a mirror: a shoe, not a letter.
 */
export function mirrored(encoder: Encoder): Encoder {
  return {
    ...encoder,
    layer(x, scope) {
      if (scope.training) return encoder.layer(x, scope);
      const sum = add(encoder.layer(x, scope), encoder.layer(flip(x, [3]), scope));
      return encoder.normalized ? l2Normalize(sum, 1) : multiply(sum, 0.5);
    },
  };
}
