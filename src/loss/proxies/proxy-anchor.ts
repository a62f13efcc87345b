import { add } from '../../graph/ops/add.ts';
import { l2Normalize } from '../../graph/ops/l2-normalize.ts';
import { matmul } from '../../graph/ops/matmul.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { oneHot } from '../../graph/ops/one-hot.ts';
import { reduceMax } from '../../graph/ops/reduce-max.ts';
import { reduceMean } from '../../graph/ops/reduce-mean.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import { transpose } from '../../graph/ops/transpose.ts';
import { checkAtLeast, checkBetween } from '../checks.ts';
import { logOnePlusSumWhere } from '../log-sums.ts';
import type { BatchLoss } from '../types.ts';
import { weightedMean } from '../weighted-mean.ts';
import { checkClassBatch, proxiesOf } from './class-context.ts';
import { diagnoseProxies } from './diagnose-proxies.ts';

export interface ProxyAnchorOptions {
  /** Cosine that images should lie beyond the turning point of the pull and of the push, from 0 and below 1. Default .1, the paper's. */
  readonly margin?: number;
  /** How much the hardest images outweigh the others, above 0. Default 32, the paper's. */
  readonly scale?: number;
}

/**
 * Makes proxies the anchors, so that images of a batch are weighed against each other:
 * `1/|P⁺| Σ_{p∈P⁺} ln(1 + Σ_{x of p} exp(−α(s(x, p) − δ))) + 1/|P| Σ_p ln(1 + Σ_{x not of p} exp(α(s(x, p) + δ)))`, s the
 * cosine, P⁺ the proxies that have an image in the batch.
 *
 * Learns `proxies` float32 `[C, D]`. Defined for every batch. Diagnostics as `diagnoseProxies` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE, and E_CONFIG where it is not told of the classes
 * @source Kim, Kim, Cho & Kwak 2020, "Proxy anchor loss for deep metric learning", eq. 4
 * @example
 * const { loss } = proxyAnchor()(embeddings, labels, { scope, numClasses: 10 });
 */
export function proxyAnchor({ margin = 0.1, scale = 32 }: ProxyAnchorOptions = {}): BatchLoss {
  checkAtLeast(margin, 0, 1, 'proxy-anchor: margin');
  checkBetween(scale, 0, Number.POSITIVE_INFINITY, 'proxy-anchor: scale');
  return (embeddings, labels, context) => {
    const { size, numClasses, scope } = checkClassBatch(embeddings, labels, context, 'proxy-anchor');
    const proxies = proxiesOf(scope, numClasses, size);
    const hot = oneHot(labels, numClasses);
    const cosines = matmul(l2Normalize(proxies), l2Normalize(embeddings), { transposeB: true });
    const own = transpose(hot);
    const pull = logOnePlusSumWhere(multiply(subtract(cosines, margin), -scale), own);
    const push = logOnePlusSumWhere(multiply(add(cosines, margin), scale), subtract(1, own));
    return {
      loss: add(weightedMean(pull, reduceMax(own, [1])), reduceMean(push)),
      diagnostics: diagnoseProxies(embeddings, labels, transpose(cosines), hot),
    };
  };
}
