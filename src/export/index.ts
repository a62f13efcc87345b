export type { ImageBatches, ImageDims } from './calibrate-ranges.ts';
export { halveEncoder } from './half.ts';
export { type HubConfigs, hubConfigs } from './hub-config.ts';
export { HUB_INPUT, HUB_OUTPUT, toHubGraph } from './hub-graph.ts';
export { type NamedParameter, readParameters, withParameters } from './parameters.ts';
export { type QuantizedEncoder, type QuantizeOptions, quantizeEncoder } from './quantize.ts';
export type { WeightBits } from './quantize-weights.ts';
