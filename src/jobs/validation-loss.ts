import type { PairList } from '../data/types.ts';
import { compile } from '../graph/compile.ts';
import { input } from '../graph/ops/source.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { bindValues, type ParameterValues } from '../model/encoder-graph.ts';
import type { Model } from '../model/model.ts';
import { createScope } from '../nn/scope.ts';
import type { Objective } from '../train/step-graph.ts';
import { embedPairs, type ImageRows } from './embed-store.ts';

export type PairObjective = Objective & { readonly kind: 'pairs' };

/**
 * The loss that training makes small, over held-out pairs: a mean over all of them, taken block by block (`balanced`
 * balances each block). Weights of similar pairs and the margin are those of training; what is added for long weights is
 * not part of it.
 * @param values of the learned head, where there is one
 */
export async function lossOfPairs(
  { embed, embeddingSize }: Pick<Model, 'embed'> & { readonly embeddingSize: number },
  objective: PairObjective,
  values: ParameterValues,
  { rows, pairs }: { readonly rows: ImageRows; readonly pairs: PairList },
  runtime: Runtime,
): Promise<number> {
  const load = (numPairs: number) =>
    runtime.load(buildLossModel(objective, values, [numPairs, embeddingSize]));
  // All blocks but the last have one size.
  const programs = new Map<number, ReturnType<typeof load>>();
  let sum = 0;
  for await (const { start, numPairs, left, right } of embedPairs(embed, rows, pairs)) {
    const program = programs.get(numPairs) ?? load(numPairs);
    programs.set(numPairs, program);
    const outputs = await (await program).run({
      left: runtime.tensor('float32', left, [numPairs, embeddingSize]),
      right: runtime.tensor('float32', right, [numPairs, embeddingSize]),
      similar: runtime.tensor('float32', pairs.similar.slice(start, start + numPairs), [numPairs]),
    });
    sum += numPairs * Number(outputs.loss.data[0]);
  }
  for (const program of programs.values()) await (await program).close();
  return sum / pairs.numPairs;
}

/** `left`, `right` float32 `[P, D]` and `similar` float32 `[P]` to `loss` float32 `[]`. */
function buildLossModel(
  objective: PairObjective,
  values: ParameterValues,
  [numPairs, embeddingSize]: readonly [number, number],
): Uint8Array {
  const collected = createScope({ training: false });
  const side = (name: string) => input(name, 'float32', [numPairs, embeddingSize]);
  const similar = input('similar', 'float32', [numPairs]);
  const { loss } = objective.loss(side('left'), side('right'), similar, collected.scope);
  return compile({ loss }, { name: 'loss', bind: bindValues(collected.parameters, values) }).bytes;
}
