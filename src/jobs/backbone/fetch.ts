import { isBackbonePath } from '../../backbones/open-backbone.ts';
import type { TrainConfig } from '../../train/config.ts';
import { type OpenBackboneOptions, openBackboneFile } from './open.ts';

/**
 * Fetches the backbones that configurations name and that are not here yet, one after another: runs that are done at the
 * same time would each fetch them. What cannot be fetched is left for its runs to tell of.
 */
export async function fetchBackbones(
  configs: readonly TrainConfig[],
  options: OpenBackboneOptions,
): Promise<void> {
  const named = new Map(configs.map((config) => [config.backbone, config]));
  for (const [name, config] of named) {
    if (name === 'none' || isBackbonePath(name)) continue;
    await openBackboneFile(config, options).catch(() => undefined);
    options.signal?.throwIfAborted();
  }
}
