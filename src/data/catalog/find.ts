import { SamesameError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import { CATALOG } from './entries.ts';
import type { CatalogEntry } from './types.ts';

/**
 * The data set of that name.
 * @throws E_CONFIG naming the nearest one
 */
export function findCatalogEntry(name: string): CatalogEntry {
  const names = CATALOG.map((entry) => entry.name);
  const found = CATALOG.find((entry) => entry.name === name.toLowerCase());
  if (found !== undefined) return found;
  const near = suggest(name, names);
  throw new SamesameError('E_CONFIG', {
    what: `there is no data set "${name}"`,
    expected: names.join(', '),
    received: name,
    help: near === undefined ? 'samesame datasets lists them' : `did you mean "${near}"?`,
    details: { name, suggestion: near },
  });
}
