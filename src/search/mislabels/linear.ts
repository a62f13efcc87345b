import { heldOutScores } from './held-out-scores.ts';
import type { LabelledRows, Mislabel, MislabelOptions, Mislabels, OpenProducts } from './types.ts';

/** How far a class has to be ahead of all others to be a row's class confidently. */
export const LEAD = 0.4;
const NUM_WITNESSES = 3;
/** Suspects whose witnesses are looked for together. */
const BLOCK = 64;

/** Rows of which a linear classifier that has not seen them says confidently another class than their label. */
export async function byLine(
  options: MislabelOptions & { readonly openProducts: OpenProducts },
): Promise<Mislabels> {
  const { labels, numClasses, openProducts, distance } = options;
  // By cosine the length of an embedding says nothing.
  const embeddings = distance === 'cosine' ? unitRows(options.embeddings, labels.length) : options.embeddings;
  const rows: LabelledRows = { embeddings, labels, numClasses };
  const scores = await heldOutScores(rows, openProducts);
  const confidentJoint = new Int32Array(numClasses * numClasses);
  const suspects: Omit<Mislabel, 'witnesses'>[] = [];
  for (const [row, given] of labels.entries()) {
    const own = scores.subarray(row * numClasses, (row + 1) * numClasses);
    const [best, second] = twoLargest(own);
    if (own[best] - own[second] >= LEAD) confidentJoint[given * numClasses + best]++;
    const lead = own[best] - own[given];
    if (lead >= LEAD) suspects.push({ row, given, suggested: best, confidence: Math.min(1, lead) });
  }
  suspects.sort((a, b) => b.confidence - a.confidence || a.row - b.row);
  const witnesses = await findWitnesses(suspects, rows, openProducts);
  return {
    mislabels: suspects.map((suspect, i) => ({ ...suspect, witnesses: witnesses[i] })),
    confidentJoint,
  };
}

function twoLargest(values: Float32Array): [best: number, second: number] {
  let [best, second] = values[0] >= values[1] ? [0, 1] : [1, 0];
  for (let i = 2; i < values.length; i++) {
    if (values[i] > values[best]) [best, second] = [i, best];
    else if (values[i] > values[second]) second = i;
  }
  return [best, second];
}

/** Of each suspect the nearest rows that are labelled as it should be. */
async function findWitnesses(
  suspects: readonly Omit<Mislabel, 'witnesses'>[],
  { embeddings, labels }: LabelledRows,
  openProducts: OpenProducts,
): Promise<number[][]> {
  if (suspects.length === 0) return [];
  const numRows = labels.length;
  const dim = embeddings.length / numRows;
  const squares = Float64Array.from(labels, (_, row) => {
    let sum = 0;
    for (let d = row * dim; d < (row + 1) * dim; d++) sum += embeddings[d] ** 2;
    return sum;
  });
  const { products, close } = await openProducts(embeddings, numRows);
  const found: number[][] = [];
  try {
    for (let start = 0; start < suspects.length; start += BLOCK) {
      const part = suspects.slice(start, start + BLOCK);
      const block = new Float32Array(part.length * dim);
      for (const [i, { row }] of part.entries())
        block.set(embeddings.subarray(row * dim, (row + 1) * dim), i * dim);
      const inner = await products(block, part.length);
      for (const [i, { suggested }] of part.entries()) {
        const near: { row: number; distance: number }[] = [];
        for (let row = 0; row < numRows; row++) {
          if (labels[row] !== suggested) continue;
          const distance = squares[row] - 2 * inner[i * numRows + row];
          if (near.length === NUM_WITNESSES && distance >= near[NUM_WITNESSES - 1].distance) continue;
          near.push({ row, distance });
          near.sort((a, b) => a.distance - b.distance);
          near.length = Math.min(near.length, NUM_WITNESSES);
        }
        found.push(near.map(({ row }) => row));
      }
    }
  } finally {
    await close();
  }
  return found;
}

function unitRows(embeddings: Float32Array, numRows: number): Float32Array {
  const dim = embeddings.length / numRows;
  const units = embeddings.slice();
  for (let row = 0; row < numRows; row++) {
    const own = units.subarray(row * dim, (row + 1) * dim);
    const length = Math.hypot(...own) || 1;
    for (let d = 0; d < dim; d++) own[d] /= length;
  }
  return units;
}
