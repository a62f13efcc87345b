import { SamesameError } from '../base/errors.ts';
import type { Splits } from '../data/splits.ts';
import type { TrainConfig } from '../train/config.ts';

/** Zero is right only where the source itself holds images out. @throws E_CONFIG */
export function checkHeldOut(splits: Splits, config: TrainConfig): void {
  for (const part of ['validation', 'test'] as const) {
    if (config[part] > 0 || splits[part].length > 0) continue;
    throw new SamesameError('E_CONFIG', {
      what: `no image is held out for ${part}`,
      expected: `${part} above 0, or a data set that has a ${part} part of its own`,
      received: `${part} 0`,
      help: 'validation images choose the epoch and the threshold, test images make the numbers: hold out some of each',
    });
  }
}
