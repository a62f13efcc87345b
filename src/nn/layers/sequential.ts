import type { Layer } from './layer.ts';

/** Layers one after another. The keys name their parameters: `{ conv1: conv(…) }` gives `conv1/weight`. */
export function sequential(layers: Readonly<Record<string, Layer>>): Layer {
  return (x, scope) =>
    Object.entries(layers).reduce((value, [name, layer]) => layer(value, scope.within(name)), x);
}
