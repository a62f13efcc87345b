import type { Translate } from '../builder.ts';
import { ACTIVATIONS } from './activations.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { KNOWN } from './known.ts';
import { LINEAR } from './linear.ts';
import { NORMALIZE } from './normalize.ts';
import { OPAQUE } from './opaque.ts';
import { REDUCE } from './reduce.ts';
import { SHAPES } from './shapes.ts';
import { WINDOWS } from './windows.ts';

/** Nodes that are built of ops with a gradient. */
const SMOOTH: Readonly<Record<string, Translate>> = {
  ...KNOWN,
  ...ELEMENTWISE,
  ...ACTIVATIONS,
  ...LINEAR,
  ...NORMALIZE,
  ...REDUCE,
  ...SHAPES,
  ...WINDOWS,
};

/** ONNX Runtime's own ops that mean what ops of ONNX mean, or are known by that name here. */
const CONTRIBUTED = ['FusedMatMul', 'Gelu', 'QuickGelu'];

/** The names of all ops that can be read, for messages. */
export const OP_TYPES = [...Object.keys(SMOOTH), ...Object.keys(OPAQUE)].sort();

/** How nodes of this kind are translated; undefined where samesame does not know them. */
export function translationOf(opType: string, domain: string): Translate | undefined {
  if (domain === 'com.microsoft' && !CONTRIBUTED.includes(opType)) return undefined;
  if (domain !== '' && domain !== 'com.microsoft') return undefined;
  return lookUp(SMOOTH, opType) ?? lookUp(OPAQUE, opType);
}

/** Whether nodes of this kind can stand above the boundary. */
export function hasGradient(opType: string): boolean {
  return lookUp(SMOOTH, opType) !== undefined;
}

function lookUp(table: Readonly<Record<string, Translate>>, opType: string): Translate | undefined {
  return Object.hasOwn(table, opType) ? table[opType] : undefined;
}
