/** Everything in this room: pretrained networks by name, where they are fetched from, and what their photos must be. */

export { findBackbone } from './find.ts';
export {
  backbonePath,
  defaultBackboneFolder,
  type ListedBackbone,
  listBackbones,
  type ObtainBackboneOptions,
  obtainBackbone,
} from './obtain-backbone.ts';
export {
  type BackboneSource,
  type OpenBackboneOptions,
  type OpenedBackbone,
  openBackbone,
} from './open-backbone.ts';
export { choosePreprocessing, type PreprocessingOptions } from './preprocessing.ts';
export { type FoundConfig, findPreprocessorConfig } from './preprocessor-config.ts';
export { findPixelScale, PIXEL_SCALE_NAMES, PIXEL_SCALES, type PixelScaleName } from './scales.ts';
export { BACKBONES } from './table.ts';
export type { Backbone, ChannelOrder, ChannelScale, Channels, HubFile, Preprocessing } from './types.ts';
