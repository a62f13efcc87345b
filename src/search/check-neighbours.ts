import { SamesameError } from '../base/errors.ts';

/**
 * A number of neighbours that there are.
 * @throws E_CONFIG for what is not a whole number from 1 to `numRows − 1`
 */
export function checkNeighbours(k: number, numRows: number): void {
  if (Number.isInteger(k) && k >= 1 && k < numRows) return;
  throw new SamesameError('E_CONFIG', {
    what: 'the number of neighbours is out of range',
    expected: `a whole number from 1 to ${Math.max(1, numRows - 1)}, as there are ${numRows} images`,
    received: String(k),
    help: numRows < 2 ? 'name more images' : 'ask for fewer neighbours',
    details: { option: 'k' },
  });
}
