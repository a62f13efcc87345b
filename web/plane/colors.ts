import { classColor } from '../../src/report/figures/class-colors.ts';

/** Colour of each label by its place among them; what has none is grey. */
export function colorOf(label: string | null, labels: readonly string[]): string {
  return classColor(label === null ? -1 : labels.indexOf(label));
}
