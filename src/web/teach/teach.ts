/// <reference lib="dom" />
import type { Teaching, TeachOptions } from './types.ts';

/**
 * Trains a model of what is in one group, in a worker of this tab. Nothing leaves the machine.
 *
 * @example
 * const teaching = teach({
 *   groups: [{ name: 'mugs', images: mugFiles }, { name: 'bowls', images: bowlFiles }],
 *   onEvent: (event) => event.kind === 'epoch' && console.log(event.epoch, event.validation.accuracy.value),
 * });
 * const model = await teaching.done;
 * model.summary.words;
 */
export function teach(options: TeachOptions): Teaching {
  throw new Error(`not yet: ${options.groups.length}`);
}
