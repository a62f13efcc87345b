import { SamesameError } from '../../base/errors.ts';
import { checkFinite } from '../../evaluate/checks.ts';
import { createProducts } from '../../evaluate/index.ts';
import { byLine } from './linear.ts';
import { byNeighbours } from './neighbours.ts';
import type { MislabelOptions, Mislabels, OpenProducts } from './types.ts';

/**
 * Labels that are probably wrong: what a classifier or the nearest images say of a row that they have not seen, held
 * against its label.
 * @throws E_CONFIG for k out of range, E_DATA_ONE_CLASS, E_SHAPE, E_NAN
 */
export async function findMislabels(options: MislabelOptions): Promise<Mislabels> {
  const { embeddings, labels, method = 'linear', openProducts = inPlainLoops } = options;
  if (labels.length === 0 || embeddings.length % labels.length !== 0) {
    throw new SamesameError('E_SHAPE', {
      what: 'labels and embeddings do not belong together',
      expected: 'one embedding for each label',
      received: `${labels.length} labels, ${embeddings.length} numbers`,
    });
  }
  checkFinite(embeddings, 'embeddings');
  if (new Set(labels).size < 2) {
    throw new SamesameError('E_DATA_ONE_CLASS', {
      what: 'labels cannot be held against each other',
      expected: 'images of at least two classes',
      received: 'one class',
    });
  }
  return method === 'linear'
    ? byLine({ ...options, openProducts })
    : byNeighbours({ ...options, openProducts });
}

const inPlainLoops: OpenProducts = async (gallery, numGallery) => ({
  products: createProducts(gallery, numGallery, gallery.length / numGallery),
  async close() {},
});
