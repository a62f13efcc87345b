import { compile } from '../graph/compile.ts';
import { sigmoid } from '../graph/ops/sigmoid.ts';
import { input } from '../graph/ops/source.ts';
import type { Comparator } from '../loss/comparators/comparator.ts';
import { createScope } from '../nn/scope.ts';
import { bindValues, type ParameterValues } from './encoder-graph.ts';

/** The scope under which a comparator head keeps its parameters. */
export const COMPARATOR_SCOPE = 'comparator';

/**
 * The ONNX file of a trained comparator head: `left`, `right` float32 `[batch, D]` → `similarity` float32 `[batch]` in
 * 0…1.
 * @throws E_MODEL where a parameter has no value
 */
export function buildComparatorModel(
  comparator: Comparator,
  embeddingSize: number,
  values: ParameterValues,
): Uint8Array {
  const collected = createScope({ training: false });
  const left = input('left', 'float32', ['batch', embeddingSize]);
  const right = input('right', 'float32', ['batch', embeddingSize]);
  const similarity = sigmoid(comparator.logits(left, right, collected.scope.within(COMPARATOR_SCOPE)));
  return compile({ similarity }, { name: 'comparator', bind: bindValues(collected.parameters, values) })
    .bytes;
}
