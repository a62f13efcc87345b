// What is compared: every loss with its own defaults, in each form in which it can be fed.
import { createLoss, LOSS_NAMES } from '../../dist/loss/index.js';

/**
 * @typedef {object} Row
 * @property {string} name as in the table
 * @property {'batch' | 'class' | 'pairs' | 'head' | 'baseline'} kind of batches of classes; with a direction for each
 *   class; of explicit pairs; of those with a learned head; nothing that is trained
 * @property {string} [loss]
 * @property {object} [options] that differ from the loss's defaults
 */

/** Those that learn a direction for each class. */
const WITH_PROXIES = [
  'proxy-nca',
  'proxy-nca++',
  'proxy-anchor',
  'soft-triple',
  'arcface',
  'sub-center-arcface',
  'cosface',
  'sphereface',
  'large-margin-softmax',
];

/** @type {Row[]} */
export const BASELINES = [
  { name: 'raw pixels', kind: 'baseline' },
  { name: 'untrained network', kind: 'baseline' },
];

/** @type {Row[]} */
export const ROWS = [
  ...LOSS_NAMES.flatMap((loss) => {
    const { overBatch, overPairs, overLogits } = createLoss(loss);
    /** @type {Row[]} */
    const rows = [];
    if (overBatch !== undefined)
      rows.push({ name: loss, kind: WITH_PROXIES.includes(loss) ? 'class' : 'batch', loss });
    if (overPairs !== undefined)
      rows.push({ name: overBatch === undefined ? loss : `${loss}, pairs`, kind: 'pairs', loss });
    if (overLogits !== undefined) rows.push({ name: loss, kind: 'head', loss });
    return rows;
  }),
  // Plain classification: cross-entropy over cosines with each class's direction.
  { name: 'normalised softmax', kind: 'class', loss: 'cosface', options: { margin: 0 } },
];
