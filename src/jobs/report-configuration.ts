import type { Configuration } from '../report/index.ts';

/** Settings as a report lists them: a nested one as JSON, one that is not set left out. */
export function configurationOf(settings: object): Configuration {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
    ]),
  );
}
