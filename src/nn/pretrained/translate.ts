import { SamesameError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import type { OnnxNode } from '../../graph/read.ts';
import type { Builder } from './builder.ts';
import { OP_TYPES, translationOf } from './ops/table.ts';
import { isKnown, type Value } from './values.ts';

/**
 * What the outputs of a node are, given its inputs.
 * @param read the value of a name
 * @param network for messages
 * @throws E_MODEL naming the node, where it cannot be translated
 */
export function translateNode(
  node: OnnxNode,
  read: (name: string) => Value,
  builder: Builder,
  network: string,
): Map<string, Value> {
  const translate = translationOf(node.opType, node.domain);
  if (translate === undefined) throw unknownOp(node, network);
  const inputs = node.inputs.map((name) => (name === '' ? undefined : read(name)));
  try {
    const result = translate(inputs, node, builder);
    const values = (Array.isArray(result) ? result : [result]) as readonly Value[];
    return new Map(
      values.flatMap((value, i): [string, Value][] => {
        const name = node.outputs[i];
        if (name === undefined || name === '') return [];
        return [[name, isKnown(value) && !inputs.includes(value) ? { ...value, name } : value]];
      }),
    );
  } catch (cause) {
    if (!(cause instanceof SamesameError)) throw cause;
    throw new SamesameError('E_MODEL', {
      what: `${describeNode(node)} of ${network} cannot be built`,
      expected: 'a node that samesame can take over',
      received: cause.message,
      help: 'cut the network below it (--cut), or export it in another way',
      details: { node: node.name, op: node.opType },
      cause,
    });
  }
}

/** `the Conv node "conv1"`; after its output where it has no name. */
export function describeNode({ opType, name, outputs }: OnnxNode): string {
  return `the ${opType} node "${name || outputs[0]}"`;
}

function unknownOp(node: OnnxNode, network: string): SamesameError {
  const { opType, domain } = node;
  const near = suggest(opType, OP_TYPES);
  const isQuantized =
    /^(QLinear|DequantizeLinear|QuantizeLinear|DynamicQuantize|ConvInteger|MatMulInteger)/.test(opType);
  return new SamesameError('E_MODEL', {
    what: `${describeNode(node)} of ${network} is of a kind that samesame does not know`,
    expected: `one of ${OP_TYPES.join(', ')}`,
    received: domain === '' ? opType : `${domain}.${opType}`,
    help: isQuantized
      ? 'this is a quantized network: take the file with float weights'
      : `cut the network below it (--cut), or export it with plain ONNX ops${near === undefined ? '' : `; near: ${near}`}`,
    details: { node: node.name, op: opType },
  });
}
