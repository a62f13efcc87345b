// `compact` at half its width, which is a quarter of its work: what a table of hundreds of trainings can afford.
import { conv, dense, flatten, heNormal, l2Norm, maxPool, relu, sequential } from '../../dist/nn/index.js';

/** @type {import('../../dist/nn/index.js').Encoder} */
export const network = {
  name: 'half of compact',
  embeddingSize: 64,
  normalized: true,
  layer: sequential({
    stem: conv(16, 5, { stride: 2, padding: 2 }),
    relu1: relu,
    block1: sequential({ conv: conv(32, 3, { padding: 1 }), pool: maxPool(2), relu }),
    flatten,
    hidden: dense(128, { initializer: heNormal }),
    relu2: relu,
    embedding: dense(64),
    l2Norm,
  }),
};
