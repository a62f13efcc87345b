import { compact } from './compact.ts';
import { conv4 } from './conv4.ts';
import type { Encoder, EncoderOptions } from './encoder.ts';
import { mirrored } from './mirrored.ts';
import { protocolA } from './protocol-a.ts';
import { protocolB } from './protocol-b.ts';
import { protocolE } from './protocol-e.ts';
import { residual } from './residual.ts';
import { slim } from './slim.ts';
import { wide } from './wide.ts';

/** Names of the ready networks. */
export const ENCODERS = [
  'compact',
  'slim',
  'wide',
  'conv4',
  'residual',
  'protocol-a',
  'protocol-b',
  'protocol-e',
] as const;
export type EncoderName = (typeof ENCODERS)[number];

/** A ready network by its name. @param options for the networks that leave them open, `mirror` for all */
export function createEncoder(name: EncoderName, options: EncoderOptions = {}): Encoder {
  const encoder = plainEncoder(name, options);
  return options.mirror ? mirrored(encoder) : encoder;
}

function plainEncoder(name: EncoderName, options: EncoderOptions): Encoder {
  switch (name) {
    case 'compact':
      return compact(options);
    case 'slim':
      return slim(options);
    case 'wide':
      return wide(options);
    case 'conv4':
      return conv4();
    case 'residual':
      return residual(options);
    case 'protocol-a':
      return protocolA();
    case 'protocol-b':
      return protocolB();
    case 'protocol-e':
      return protocolE();
  }
}
