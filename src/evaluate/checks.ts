import { SamesameError } from '../base/errors.ts';

/**
 * Checks that distances and labels belong together and returns how many pairs there are.
 * @throws E_DATA_EMPTY without a pair, E_DATA_LENGTH where lengths differ, E_NAN where an entry is not finite
 */
export function checkPairs(
  values: ArrayLike<number>,
  similar: ArrayLike<number>,
  name = 'distances',
): number {
  const numPairs = values.length;
  if (similar.length !== numPairs) {
    throw new SamesameError('E_DATA_LENGTH', {
      what: `measuring pairs failed: ${name} and similar differ in length`,
      expected: `one label for each of ${numPairs} ${name}`,
      received: `${similar.length} labels`,
    });
  }
  if (numPairs === 0) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: 'measuring pairs failed: there are none',
      expected: 'at least one pair',
      help: 'check that the split is not empty',
    });
  }
  checkFinite(values, name);
  checkFinite(similar, 'similar');
  return numPairs;
}

/** @throws E_NAN naming the first entry that is not a finite number */
export function checkFinite(values: ArrayLike<number>, name: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new SamesameError('E_NAN', {
        what: `${name} hold a value that is not a finite number`,
        expected: 'finite numbers',
        received: `${values[i]} at index ${i}`,
        help: 'the model gives no usable numbers: train with a lower learning rate or with gradient clipping',
        details: { index: i },
      });
    }
  }
}

/**
 * Width D of a row-major `[N, D]` array of N rows.
 * @throws E_SHAPE where the rows do not fill the array
 */
export function checkRows(values: ArrayLike<number>, numRows: number, name: string): number {
  const width = numRows === 0 ? 0 : values.length / numRows;
  if (!Number.isInteger(width) || (numRows > 0 && width === 0) || (numRows === 0 && values.length > 0)) {
    throw new SamesameError('E_SHAPE', {
      what: `${name} do not fill whole rows`,
      expected: `a multiple of ${numRows} numbers`,
      received: `${values.length} numbers`,
    });
  }
  return width;
}
