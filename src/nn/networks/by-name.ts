import { compact } from './compact.ts';
import type { Encoder } from './encoder.ts';
import { protocolA } from './protocol-a.ts';
import { protocolB } from './protocol-b.ts';
import { protocolE } from './protocol-e.ts';

/** Names of the ready networks. */
export const ENCODERS = ['compact', 'protocol-a', 'protocol-b', 'protocol-e'] as const;
export type EncoderName = (typeof ENCODERS)[number];

/**
 * A ready network by its name.
 * @param options for the networks that leave them open: `embeddingSize`, D; `dropout`, the share that is left out before
 * the embedding while training
 */
export function createEncoder(
  name: EncoderName,
  { embeddingSize, dropout }: { readonly embeddingSize?: number; readonly dropout?: number } = {},
): Encoder {
  switch (name) {
    case 'compact':
      return compact({ embeddingSize, dropout });
    case 'protocol-a':
      return protocolA();
    case 'protocol-b':
      return protocolB();
    case 'protocol-e':
      return protocolE();
  }
}
