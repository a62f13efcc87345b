import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import { BACKBONES } from './table.ts';
import type { Backbone } from './types.ts';

/**
 * The pretrained network of that name.
 * @throws E_CONFIG naming the nearest one
 */
export function findBackbone(name: string): Backbone {
  const found = BACKBONES.find((backbone) => backbone.name === name.toLowerCase());
  if (found !== undefined) return found;
  const names = BACKBONES.map((backbone) => backbone.name);
  const near = suggest(name, names);
  throw new SamesameError('E_CONFIG', {
    what: `there is no pretrained network "${name}"`,
    expected: `${names.join(', ')}; or the path of an .onnx file`,
    received: name,
    help: near === undefined ? 'samesame backbones lists them' : `did you mean "${near}"?`,
    details: { name, suggestion: near },
  });
}
