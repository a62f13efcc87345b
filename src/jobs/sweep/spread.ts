import type { SeedSpread } from '../../report/sweep/sweep-table.ts';

/** Mean and spread of the values that are there; null without any. */
export function spreadOf(all: readonly (number | null | undefined)[]): SeedSpread | null {
  const values = all.filter((value) => value !== null && value !== undefined);
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    deviation: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)),
    min: Math.min(...values),
    max: Math.max(...values),
    count: values.length,
  };
}
