export { type Contrastive, type ContrastiveOptions, contrastive } from './contrastive.ts';
export type { BatchLoss, LogitLoss, LossOutput, PairLoss } from './types.ts';
