import { add } from '../../graph/ops/add.ts';
import { l2Normalize } from '../../graph/ops/l2-normalize.ts';
import { matmul } from '../../graph/ops/matmul.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { oneHot } from '../../graph/ops/one-hot.ts';
import { reduceMax } from '../../graph/ops/reduce-max.ts';
import { reduceSumSquare } from '../../graph/ops/reduce-sum-square.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import { safeSqrt } from '../../graph/ops/safe-sqrt.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { BatchLoss } from '../types.ts';
import { checkClassBatch, proxiesOf } from './class-context.ts';
import { type ClassWeighting, checkClassWeighting, classCrossEntropy } from './class-cross-entropy.ts';
import { diagnoseProxies } from './diagnose-proxies.ts';

/**
 * A choice among classes whose own logit is made smaller by a margin: cross-entropy over `scale · cos θ_c`, where the own
 * class has `own(cos θ_y)` in place of `cos θ_y`.
 */
export function createMarginSoftmax(parts: {
  readonly name: string;
  readonly scale: number;
  /** The own class's cosine with the margin taken off. */
  readonly own: (cosines: Tensor) => Tensor;
  /** Proxies a class, of which the nearest counts. Default 1. */
  readonly numCenters?: number;
  /** Whose lengths the logits keep as factors. Default none: cosines alone. */
  readonly lengths?: { readonly ofEmbeddings: boolean; readonly ofProxies: boolean };
  readonly weighting: ClassWeighting;
}): BatchLoss {
  const { name, scale, own, numCenters = 1, lengths, weighting } = parts;
  checkClassWeighting(weighting, name);
  return (embeddings, labels, context) => {
    const { size, numClasses, scope } = checkClassBatch(embeddings, labels, context, name);
    const proxies = proxiesOf(scope, numClasses * numCenters, size);
    const hot = oneHot(labels, numClasses);
    const all = matmul(l2Normalize(embeddings), l2Normalize(proxies), { transposeB: true });
    const length = embeddings.shape[0] as number;
    const cosines = numCenters === 1 ? all : reduceMax(reshape(all, [length, numClasses, numCenters]), [2]);
    const withMargin = add(cosines, multiply(hot, subtract(own(cosines), cosines)));
    const ofEmbeddings = lengths?.ofEmbeddings ? multiply(withMargin, lengthsOf(embeddings)) : withMargin;
    const logits = lengths?.ofProxies
      ? multiply(ofEmbeddings, reshape(lengthsOf(proxies), [1, numClasses]))
      : ofEmbeddings;
    return {
      loss: classCrossEntropy(multiply(logits, scale), hot, labels, weighting, name),
      diagnostics: diagnoseProxies(embeddings, labels, cosines, hot),
    };
  };
}

/** Euclidean lengths of rows, `[R, 1]`. */
function lengthsOf(rows: Tensor): Tensor {
  return safeSqrt(reduceSumSquare(rows, [1], { keepDims: true }));
}
