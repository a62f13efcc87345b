import { describeShape } from '../../graph/tensor.ts';
import type { Pretrained } from './pretrained.ts';

/** One block for people. */
export interface BlockRow {
  /** The name to give to `freeze`. */
  readonly block: string;
  /** `Conv ×3, Clip ×2, Add`: kinds of nodes and how many. */
  readonly ops: string;
  /** `[N, 96, 14, 14]`. */
  readonly shape: string;
  readonly parameters: string;
  readonly state: 'frozen' | 'trained';
}

/** The blocks of a network as rows of a table, from the image to the cut. */
export function describeBlocks({ blocks }: Pick<Pretrained, 'blocks'>): BlockRow[] {
  return blocks.map(({ name, ops, shape, numParameters, isFrozen }) => ({
    block: name,
    ops: summarize(ops),
    shape: describeShape(['N', ...shape]),
    parameters: numParameters.toLocaleString('en-US'),
    state: isFrozen ? 'frozen' : 'trained',
  }));
}

/** Kinds in order of first appearance, with how often each is there. */
function summarize(ops: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const op of ops) counts.set(op, (counts.get(op) ?? 0) + 1);
  return [...counts].map(([op, count]) => (count === 1 ? op : `${op} ×${count}`)).join(', ');
}
