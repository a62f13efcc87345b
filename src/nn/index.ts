export { constantOf, glorotUniform, heNormal, type Initializer, ones, zeros } from './initializers.ts';
export { relu } from './layers/activations.ts';
export { batchNorm } from './layers/batch-norm.ts';
export { type ConvLayerOptions, conv } from './layers/conv.ts';
export { type DenseOptions, dense } from './layers/dense.ts';
export { dropout } from './layers/dropout.ts';
export type { Layer } from './layers/layer.ts';
export { fromPixels, type PixelScale } from './layers/pixels.ts';
export { averagePool, globalAveragePool, globalMaxPool, maxPool } from './layers/pooling.ts';
export { separableConv } from './layers/separable-conv.ts';
export { sequential } from './layers/sequential.ts';
export { flatten, l2Norm } from './layers/shape.ts';
export { createEncoder, ENCODERS, type EncoderName } from './networks/by-name.ts';
export { compact } from './networks/compact.ts';
export type { Encoder, ImageShape } from './networks/encoder.ts';
export { protocolA } from './networks/protocol-a.ts';
export { protocolB } from './networks/protocol-b.ts';
export { protocolE } from './networks/protocol-e.ts';
export {
  type Block,
  type BlockRow,
  describeBlocks,
  type Freeze,
  openPretrained,
  type Pretrained,
  type PretrainedOptions,
} from './pretrained/index.ts';
export { type Collected, createScope, type Parameter, type Scope } from './scope.ts';
