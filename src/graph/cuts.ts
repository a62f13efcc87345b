import type { OnnxModel } from './read.ts';

/**
 * The values that everything on the way from one value to another passes through, in the order in which they are computed:
 * a graph can be cut in two at any of them.
 * @returns names, without `from` and `to`; empty where `to` does not depend on `from`
 * @example
 * findCuts(readOnnx(bytes), 'images', 'embedding'); // ['scaled', 'conv_1', 'relu_1', …]: no inside of a residual block
 */
export function findCuts({ nodes }: Pick<OnnxModel, 'nodes'>, from: string, to: string): string[] {
  const reached = new Set([from]);
  const isReached = nodes.map(({ inputs, outputs }) => {
    if (!inputs.some((name) => reached.has(name))) return false;
    for (const name of outputs) reached.add(name);
    return true;
  });
  const wanted = new Set([to]);
  const lastUse = new Map<string, number>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const { inputs, outputs } = nodes[i];
    if (!isReached[i] || !outputs.some((name) => wanted.has(name))) continue;
    for (const name of inputs) {
      if (!reached.has(name)) continue;
      wanted.add(name);
      if (!lastUse.has(name)) lastUse.set(name, i);
    }
  }

  // A value is a cut where nothing that was computed before it is still used behind it.
  const cuts: string[] = [];
  let latest = lastUse.get(from) ?? -1;
  for (const [i, { outputs }] of nodes.entries()) {
    const made = outputs.filter((name) => lastUse.has(name));
    if (made.length === 1 && latest <= i) cuts.push(made[0]);
    for (const name of made) latest = Math.max(latest, lastUse.get(name)!);
  }
  return cuts;
}
