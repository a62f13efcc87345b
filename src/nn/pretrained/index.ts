export type { Block } from './blocks.ts';
export { type BlockRow, describeBlocks } from './describe-blocks.ts';
export type { Freeze } from './freeze.ts';
export { openPretrained, type Pretrained, type PretrainedOptions } from './pretrained.ts';
