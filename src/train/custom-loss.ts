import type { BatchLoss } from '../loss/types.ts';

/** A loss of a program's own: its name, and the function of embeddings `[N, D]` and labels `[N]` that training makes small. */
export interface CustomLoss {
  readonly name: string;
  readonly overBatch: BatchLoss;
  /**
   * By what it brings embeddings close. Default `'distance'`, Euclidean distance, by which models compare; with `'angle'`
   * only networks are taken whose embeddings have length 1.
   */
  readonly by?: 'distance' | 'angle';
}

/** `loss` of a configuration whose loss a program gives. */
export const CUSTOM_LOSS = 'custom';

/** The name of a configuration's loss; of a program's own, the name that it gave. */
export function lossNameOf({
  loss,
  lossOptions,
}: {
  readonly loss: string;
  readonly lossOptions: Readonly<Record<string, unknown>>;
}): string {
  return loss === CUSTOM_LOSS && typeof lossOptions.name === 'string' ? lossOptions.name : loss;
}
