import { add } from '../../graph/ops/add.ts';
import { l2Normalize } from '../../graph/ops/l2-normalize.ts';
import { matmul } from '../../graph/ops/matmul.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { oneHot } from '../../graph/ops/one-hot.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import { safeSqrt } from '../../graph/ops/safe-sqrt.ts';
import { softmax } from '../../graph/ops/softmax.ts';
import { constant } from '../../graph/ops/source.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { checkAtLeast, checkBetween, checkNotNegative, checkWhole } from '../checks.ts';
import type { BatchLoss } from '../types.ts';
import { checkClassBatch, proxiesOf } from './class-context.ts';
import { type ClassWeighting, checkClassWeighting, classCrossEntropy } from './class-cross-entropy.ts';
import { diagnoseProxies } from './diagnose-proxies.ts';

export interface SoftTripleOptions extends ClassWeighting {
  /** Proxies a class, from 1. Default 10, the paper's: more than needed, since near ones melt into one. */
  readonly centers?: number;
  /** Similarity that an image must be nearer to its own class than to all others, from 0 and below 2. Default .01, the paper's. */
  readonly margin?: number;
  /** Factor of the similarities, above 0. Default 20, the paper's λ. */
  readonly scale?: number;
  /** How soft the choice among the proxies of a class is, above 0. Default .1, the paper's γ. */
  readonly temperature?: number;
  /** Weight of the distances between the proxies of a class, from 0: it melts them together. Default .2, the paper's τ. */
  readonly mergeWeight?: number;
}

/**
 * Gives each class several directions and asks of each image to lie near any of its own: cross-entropy over
 * `λ(S_y − δ)` for the own class and `λ S_c` for the others, `S_c = Σ_k softmax_k(s_ck/γ) · s_ck`, s the cosines to the
 * proxies of class c; added `τ/(C K (K−1)) Σ_c Σ_{k<l} √(2 − 2 w_ck·w_cl)`.
 *
 * Learns `proxies` float32 `[C · centers, D]`, those of a class side by side. Defined for every batch; equal proxies push
 * each other nowhere. Diagnostics as `diagnoseProxies` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE, and E_CONFIG where it is not told of the classes
 * @source Qian et al. 2019, "SoftTriple loss: deep metric learning without triplet sampling", eq. 8, 11
 * @example
 * const { loss } = softTriple({ centers: 5 })(embeddings, labels, { scope, numClasses: 10 });
 */
export function softTriple(options: SoftTripleOptions = {}): BatchLoss {
  const {
    centers = 10,
    margin = 0.01,
    scale = 20,
    temperature = 0.1,
    mergeWeight = 0.2,
    ...weighting
  } = options;
  checkWhole(centers, 1, 'soft-triple: centers');
  checkAtLeast(margin, 0, 2, 'soft-triple: margin');
  checkBetween(scale, 0, Number.POSITIVE_INFINITY, 'soft-triple: scale');
  checkBetween(temperature, 0, Number.POSITIVE_INFINITY, 'soft-triple: temperature');
  checkNotNegative(mergeWeight, 'soft-triple: mergeWeight');
  checkClassWeighting(weighting, 'soft-triple');
  return (embeddings, labels, context) => {
    const { size, numClasses, scope } = checkClassBatch(embeddings, labels, context, 'soft-triple');
    const proxies = l2Normalize(proxiesOf(scope, numClasses * centers, size));
    const hot = oneHot(labels, numClasses);
    const all = matmul(l2Normalize(embeddings), proxies, { transposeB: true });
    const byClass = reshape(all, [embeddings.shape[0] as number, numClasses, centers]);
    const shares = softmax(multiply(byClass, 1 / temperature));
    const similarities = reduceSum(multiply(shares, byClass), [2]);
    const logits = multiply(subtract(similarities, multiply(hot, margin)), scale);
    const choice = classCrossEntropy(logits, hot, labels, weighting, 'soft-triple');
    const hasPairs = mergeWeight > 0 && centers > 1;
    return {
      loss: hasPairs
        ? add(choice, multiply(spreadOf(reshape(proxies, [numClasses, centers, size])), mergeWeight))
        : choice,
      diagnostics: diagnoseProxies(embeddings, labels, similarities, hot),
    };
  };
}

/** `1/(C K (K−1)) Σ_c Σ_{k<l} √(2 − 2 w_ck·w_cl)` of unit vectors `[C, K, D]`. */
function spreadOf(proxies: Tensor): Tensor {
  const [numClasses, centers] = proxies.shape as number[];
  const products = matmul(proxies, proxies, { transposeB: true });
  const distances = safeSqrt(subtract(2, multiply(products, 2)));
  const isPair = Float32Array.from({ length: centers ** 2 }, (_, at) =>
    Math.floor(at / centers) < at % centers ? 1 : 0,
  );
  const sum = reduceSum(multiply(distances, constant(isPair, [1, centers, centers])));
  return multiply(sum, 1 / (numClasses * centers * (centers - 1)));
}
