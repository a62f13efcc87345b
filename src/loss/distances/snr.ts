import { divide } from '../../graph/ops/divide.ts';
import { maximum } from '../../graph/ops/maximum.ts';
import { pairwiseSquaredDistances } from '../../graph/ops/pairwise-squared-distances.ts';
import { reduceMean } from '../../graph/ops/reduce-mean.ts';
import { reduceSumSquare } from '../../graph/ops/reduce-sum-square.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { EPSILON } from '../euclidean.ts';
import type { Distance } from './distance.ts';

/**
 * `var(a − b) / var(a)`, variances over the numbers of an embedding: noise over signal, from the anchor `a`. Not
 * symmetric. An anchor without variance counts as one of variance ε/D.
 * @source Yuan et al. 2019, "Signal-to-noise ratio: a robust distance metric for deep metric learning", eq. 5
 */
export const snr: Distance = {
  name: 'snr',
  closer: 'lower',
  ranksAsEuclidean: false,
  between: (a, b = a) => {
    const centred = centre(a);
    // One matrix on both sides keeps the diagonal at exactly 0.
    const noise = pairwiseSquaredDistances(centred, b === a ? centred : centre(b));
    return divide(noise, signalOf(centred, true));
  },
  ofPairs: (left, right) => {
    const centred = centre(left);
    return divide(reduceSumSquare(subtract(centred, centre(right)), [1]), signalOf(centred, false));
  },
};

function centre(x: Tensor): Tensor {
  return subtract(x, reduceMean(x, [1], { keepDims: true }));
}

function signalOf(centred: Tensor, keepDims: boolean): Tensor {
  return maximum(reduceSumSquare(centred, [1], { keepDims }), EPSILON);
}
