import { l2Normalize } from '../../graph/ops/l2-normalize.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { oneHot } from '../../graph/ops/one-hot.ts';
import { pairwiseSquaredDistances } from '../../graph/ops/pairwise-squared-distances.ts';
import { reduceMean } from '../../graph/ops/reduce-mean.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import { checkBetween } from '../checks.ts';
import { logSumWhere } from '../log-sums.ts';
import type { BatchLoss } from '../types.ts';
import { checkClassBatch, proxiesOf } from './class-context.ts';
import { type ClassWeighting, checkClassWeighting, classCrossEntropy } from './class-cross-entropy.ts';
import { diagnoseProxies } from './diagnose-proxies.ts';

export interface ProxyNcaOptions {
  /** Squared distances are divided by it, above 0. Default 1, as published. */
  readonly temperature?: number;
}

export interface ProxyNcaPlusPlusOptions extends ClassWeighting {
  /** Squared distances are divided by it, above 0. Default 1/9, the paper's. */
  readonly temperature?: number;
}

/**
 * Sets each image's own proxy against those of all other classes: the mean over images of
 * `−ln( exp(−d²(x, p_y)/τ) / Σ_{z≠y} exp(−d²(x, p_z)/τ) )`, images and proxies scaled to length 1. The own proxy is not in
 * the sum, so the loss goes below 0.
 *
 * Learns `proxies` float32 `[C, D]`. Defined for every batch. Diagnostics as `diagnoseProxies` gives them.
 * @throws E_CONFIG; the loss E_SHAPE, E_DTYPE, and E_CONFIG where it is not told of the classes
 * @source Movshovitz-Attias et al. 2017, "No fuss distance metric learning using proxies", eq. 4
 * @example
 * const { loss } = proxyNca()(embeddings, labels, { scope, numClasses: 10 });
 */
export function proxyNca({ temperature = 1 }: ProxyNcaOptions = {}): BatchLoss {
  checkBetween(temperature, 0, Number.POSITIVE_INFINITY, 'proxy-nca: temperature');
  return (embeddings, labels, context) => {
    const { size, numClasses, scope } = checkClassBatch(embeddings, labels, context, 'proxy-nca');
    const proxies = proxiesOf(scope, numClasses, size);
    const hot = oneHot(labels, numClasses);
    const squared = pairwiseSquaredDistances(l2Normalize(embeddings), l2Normalize(proxies));
    const logits = multiply(squared, -1 / temperature);
    const own = reduceSum(multiply(logits, hot), [1]);
    return {
      loss: reduceMean(subtract(logSumWhere(logits, subtract(1, hot)), own)),
      diagnostics: diagnoseProxies(embeddings, labels, logits, hot),
    };
  };
}

/**
 * Asks each image to choose its own proxy among those of all classes: the mean over images of
 * `−ln( exp(−d²(x, p_y)/T) / Σ_z exp(−d²(x, p_z)/T) )`, images and proxies scaled to length 1, with a low temperature T.
 * The paper's other changes (pooling, rates, batches) are settings of training, not of the loss.
 *
 * Learns `proxies` float32 `[C, D]`. Defined for every batch. Diagnostics as `diagnoseProxies` gives them.
 * @throws as `proxyNca`
 * @source Teh, DeVries & Taylor 2020, "ProxyNCA++: revisiting and revitalizing proxy neighborhood component analysis", eq. 6, 7
 * @example
 * const { loss } = proxyNcaPlusPlus()(embeddings, labels, { scope, numClasses: 10 });
 */
export function proxyNcaPlusPlus(options: ProxyNcaPlusPlusOptions = {}): BatchLoss {
  const { temperature = 1 / 9, ...weighting } = options;
  const user = 'proxy-nca++';
  checkBetween(temperature, 0, Number.POSITIVE_INFINITY, `${user}: temperature`);
  checkClassWeighting(weighting, user);
  return (embeddings, labels, context) => {
    const { size, numClasses, scope } = checkClassBatch(embeddings, labels, context, user);
    const proxies = proxiesOf(scope, numClasses, size);
    const hot = oneHot(labels, numClasses);
    const squared = pairwiseSquaredDistances(l2Normalize(embeddings), l2Normalize(proxies));
    const logits = multiply(squared, -1 / temperature);
    return {
      loss: classCrossEntropy(logits, hot, labels, weighting, user),
      diagnostics: diagnoseProxies(embeddings, labels, logits, hot),
    };
  };
}
