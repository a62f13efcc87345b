import type { WindowOptions } from '../../graph/ops/window.ts';
import { conv } from './conv.ts';
import type { Layer } from './layer.ts';

/**
 * A depthwise convolution (one window a channel) and a 1×1 convolution that mixes the channels: most of what a full
 * convolution does for about `1/numOut + 1/k²` of its work.
 * @source Howard et al. 2017, MobileNets, section 3.1
 */
export function separableConv(numOut: number, kernel: number, options: WindowOptions = {}): Layer {
  return (x, scope) => {
    const channels = Number(x.shape[1]);
    const spatial = conv(channels, kernel, { ...options, groups: channels, bias: false });
    return conv(numOut, 1)(spatial(x, scope.within('depthwise')), scope.within('pointwise'));
  };
}
