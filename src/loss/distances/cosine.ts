import { l2Normalize } from '../../graph/ops/l2-normalize.ts';
import { matmul } from '../../graph/ops/matmul.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import type { Distance } from './distance.ts';

/** `a·b / (|a|·|b|)`, −1…1, higher is closer; 0 with a vector of zeros. */
export const cosine: Distance = {
  name: 'cosine',
  closer: 'higher',
  ranksAsEuclidean: true,
  between: (a, b = a) => dot.between(l2Normalize(a), l2Normalize(b)),
  ofPairs: (left, right) => dot.ofPairs(l2Normalize(left), l2Normalize(right)),
};

/** `a·b`, higher is closer; without bounds, so long embeddings are close to everything in their half of space. */
export const dot: Distance = {
  name: 'dot',
  closer: 'higher',
  ranksAsEuclidean: true,
  between: (a, b = a) => matmul(a, b, { transposeB: true }),
  ofPairs: (left, right) => reduceSum(multiply(left, right), [1]),
};
