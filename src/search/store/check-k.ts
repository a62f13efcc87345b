import { SamesameError } from '../../base/errors.ts';

/** As many neighbours as anybody looks through; more would have every engine sort its whole table. */
export const MAX_K = 10_000;

/** @throws E_CONFIG for a number of neighbours that is none from 1 to `MAX_K` */
export function checkK(k: number): void {
  if (Number.isInteger(k) && k >= 1 && k <= MAX_K) return;
  throw new SamesameError('E_CONFIG', {
    what: 'the number of neighbours is out of range',
    expected: `a whole number from 1 to ${MAX_K}`,
    received: String(k),
    details: { option: 'k' },
  });
}
