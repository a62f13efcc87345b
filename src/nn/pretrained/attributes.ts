import { SamesameError } from '../../base/errors.ts';
import type { OnnxNode } from '../../graph/read.ts';
import type { OnnxTensor } from '../../graph/read-tensor.ts';
import { isKnown, type Known, numbersOf, type Value } from './values.ts';

/** An attribute that is a number. */
export function numberAttribute(node: OnnxNode, name: string, otherwise: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : otherwise;
}

export function stringAttribute(node: OnnxNode, name: string, otherwise: string): string {
  const value = node.attributes[name];
  return typeof value === 'string' ? value : otherwise;
}

/** An attribute that is a list of numbers; undefined where it is left out. */
export function numbersAttribute(node: OnnxNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return Array.isArray(value) ? (value as readonly number[]) : undefined;
}

export function tensorAttribute(node: OnnxNode, name: string): OnnxTensor | undefined {
  const value = node.attributes[name];
  return typeof value === 'object' && 'dtype' in value ? value : undefined;
}

/** What was an attribute in early operator sets and is an input in later ones: axes, bounds, pads, sizes. */
export function numbersOfEither(
  node: OnnxNode,
  name: string,
  input: Value | undefined,
): readonly number[] | undefined {
  return input === undefined ? numbersAttribute(node, name) : numbersOf(asKnown(input, name));
}

/** An input that must not depend on the image. @throws E_MODEL */
export function asKnown(value: Value | undefined, name: string): Known {
  if (value !== undefined && isKnown(value)) return value;
  throw new SamesameError('E_MODEL', {
    what: `its ${name} ${value === undefined ? 'is left out' : 'depends on the image'}`,
    expected: 'a constant',
  });
}

/** An input that must be there. @throws E_MODEL */
export function present(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value;
  throw new SamesameError('E_MODEL', { what: `its ${name} is left out` });
}

/** Refuses an attribute value that changes what the node does. @throws E_MODEL */
export function refuse(condition: boolean, received: string, expected?: string): void {
  if (condition)
    throw new SamesameError('E_MODEL', { what: 'it does what samesame has not', expected, received });
}
