import { compareNames } from './order.ts';

/** Class names in code-point order, and each image's index into them. */
export interface ClassLabels {
  readonly classNames: readonly string[];
  /** int32 `[names.length]`: −1 where the name is undefined. */
  readonly labels: Int32Array;
}

/** Numbers the classes of images by the code-point order of their names. */
export function labelByName(names: readonly (string | undefined)[]): ClassLabels {
  const distinct = new Set<string>();
  for (const name of names) if (name !== undefined) distinct.add(name);
  const classNames = [...distinct].sort(compareNames);
  const numbers = new Map(classNames.map((name, i) => [name, i]));
  const labels = Int32Array.from(names, (name) => (name === undefined ? -1 : numbers.get(name)!));
  return { classNames, labels };
}
