export { createRuntime } from '#runtime';
export {
  type CompiledGraph,
  type CompileOptions,
  compile,
  OPSET,
} from './compile.ts';
export { findConvBlock } from './conv-block.ts';
export { joinDim, productOfDims, type SplitDim, splitDim } from './dims.ts';
export { type ArrayOf, createArray, type DType, isFloat, type TensorData } from './dtype.ts';
export { gradients, nodesBelow } from './gradients.ts';
export { abs } from './ops/abs.ts';
export { add } from './ops/add.ts';
export { argMax } from './ops/arg-max.ts';
export { averagePool2d } from './ops/average-pool.ts';
export type { ReduceOptions } from './ops/axes.ts';
export { type BatchNormResult, batchNorm, batchNormInference } from './ops/batch-norm.ts';
export type { Operand } from './ops/broadcast.ts';
export { cast } from './ops/cast.ts';
export { clip } from './ops/clip.ts';
export { equal, greater, greaterOrEqual, less, lessOrEqual, notEqual } from './ops/comparisons.ts';
export { concat } from './ops/concat.ts';
export { type ConvOptions, conv2d } from './ops/conv2d.ts';
export { cos } from './ops/cos.ts';
export { divide } from './ops/divide.ts';
export { dropout } from './ops/dropout.ts';
export { erf } from './ops/erf.ts';
export { exp } from './ops/exp.ts';
export { expand } from './ops/expand.ts';
export { expandBatch } from './ops/expand-batch.ts';
export { flip } from './ops/flip.ts';
export { floor } from './ops/floor.ts';
export { gather } from './ops/gather.ts';
export { gelu } from './ops/gelu.ts';
export { globalAveragePool } from './ops/global-average-pool.ts';
export { globalMaxPool } from './ops/global-max-pool.ts';
export { hardSigmoid } from './ops/hard-sigmoid.ts';
export { hardSwish } from './ops/hard-swish.ts';
export { l2Normalize } from './ops/l2-normalize.ts';
export { layerNorm } from './ops/layer-norm.ts';
export { leakyRelu } from './ops/leaky-relu.ts';
export { log } from './ops/log.ts';
export { logSoftmax } from './ops/log-softmax.ts';
export { logSumExp } from './ops/log-sum-exp.ts';
export { and, not, or } from './ops/logical.ts';
export { matmul } from './ops/matmul.ts';
export { maxPool2d } from './ops/max-pool.ts';
export { maximum } from './ops/maximum.ts';
export { minimum } from './ops/minimum.ts';
export { multiply } from './ops/multiply.ts';
export { negate } from './ops/negate.ts';
export { oneHot } from './ops/one-hot.ts';
export { pad } from './ops/pad.ts';
export { pairwiseSquaredDistances } from './ops/pairwise-squared-distances.ts';
export { pow } from './ops/pow.ts';
export { reciprocal } from './ops/reciprocal.ts';
export { reduceMax } from './ops/reduce-max.ts';
export { reduceMean } from './ops/reduce-mean.ts';
export { reduceMin } from './ops/reduce-min.ts';
export { reduceSum } from './ops/reduce-sum.ts';
export { reduceSumSquare } from './ops/reduce-sum-square.ts';
export { relu } from './ops/relu.ts';
export { relu6 } from './ops/relu6.ts';
export { reshape } from './ops/reshape.ts';
export { type ResizeMode, resize } from './ops/resize.ts';
export { safeSqrt } from './ops/safe-sqrt.ts';
export { sigmoid } from './ops/sigmoid.ts';
export { sign } from './ops/sign.ts';
export { silu } from './ops/silu.ts';
export { sin } from './ops/sin.ts';
export { slice } from './ops/slice.ts';
export { softmax } from './ops/softmax.ts';
export { softplus } from './ops/softplus.ts';
export { constant, constantData, full, input, scalar } from './ops/source.ts';
export { sqrt } from './ops/sqrt.ts';
export { square } from './ops/square.ts';
export { stopGradient } from './ops/stop-gradient.ts';
export { subtract } from './ops/subtract.ts';
export { sumTo } from './ops/sum-to.ts';
export { tanh } from './ops/tanh.ts';
export { transpose } from './ops/transpose.ts';
export { upsampleNearest } from './ops/upsample-nearest.ts';
export { where } from './ops/where.ts';
export type { WindowOptions } from './ops/window.ts';
export { type OnnxAttributeValue, type OnnxModel, type OnnxNode, readOnnx } from './read.ts';
export type { OnnxTensor } from './read-tensor.ts';
export type { LoadOptions, Program, Runtime, RuntimeOptions, RuntimeTensor } from './runtime/types.ts';
export {
  apply,
  type Dim,
  describeShape,
  type Emitter,
  type Node,
  normalizeAxis,
  type OnnxAttributes,
  type OpRule,
  type Shape,
  sameShape,
  sizeOf,
  staticShape,
  type Tensor,
  type TensorType,
} from './tensor.ts';
