// The published experiments: what was published, which preset repeats it to the letter, and which one is ours.

/**
 * @typedef {object} Experiment
 * @property {string} name
 * @property {string} metric what the numbers are
 * @property {number | null} published
 * @property {string | null} faithful the preset that repeats it; null where it needs what is not here
 * @property {string} ours
 * @property {string} data where its images are: a name that `samesame train` knows, or a folder
 * @property {'pairs' | 'nearest' | 'official' | '20-way' | '5-way'} measure
 * @property {number[]} faithfulSeeds
 * @property {string} [swift] our preset for passing the published number as soon as can be
 */

/** @param {string} shared folder with the data that does not come with the install @returns {Experiment[]} */
export function listExperiments(shared) {
  const clothing = `${shared}/fashion-mnist`;
  const pairs = /** @type {const} */ ({ metric: 'pair accuracy', measure: 'pairs', faithfulSeeds: [1] });
  return [
    ...[
      { loss: 'bce', published: 0.9539, title: 'binary cross-entropy' },
      { loss: 'mse', published: 0.9734, title: 'mean squared error' },
      { loss: 'contrastive', published: 0.9751, title: 'contrastive on a sigmoid' },
    ].map(({ loss, published, title }) => ({
      ...pairs,
      name: `A, MNIST, ${title}`,
      published,
      faithful: `protocol-a-${loss}-mnist`,
      ours: 'protocol-a-ours-mnist',
      swift: 'protocol-a-swift-mnist',
      data: 'mnist',
      // Twice, since its number is not the published one.
      ...(loss === 'bce' && { faithfulSeeds: [1, 2] }),
    })),
    ...[
      { loss: 'bce', published: 0.91416, title: 'binary cross-entropy' },
      { loss: 'mse', published: 0.91858, title: 'mean squared error' },
      { loss: 'contrastive', published: 0.9107, title: 'contrastive on a sigmoid' },
    ].map(({ loss, published, title }) => ({
      ...pairs,
      name: `A, Fashion-MNIST, ${title}`,
      published,
      faithful: `protocol-a-${loss}-fashion-mnist`,
      ours: 'protocol-a-ours-fashion-mnist',
      swift: 'protocol-a-swift-fashion-mnist',
      data: clothing,
    })),
    {
      name: 'B, MNIST in two dimensions',
      metric: '1-NN, test against all training images',
      published: 0.909,
      faithful: 'protocol-b',
      ours: 'protocol-b-ours',
      data: 'mnist',
      measure: 'nearest',
      faithfulSeeds: [1],
    },
    {
      name: 'F, Omniglot within alphabets, 20-way 1-shot',
      metric: 'accuracy on the 20 official runs',
      published: 0.92,
      faithful: null,
      ours: 'omniglot-lake',
      data: `${shared}/omniglot`,
      measure: 'official',
      faithfulSeeds: [],
    },
    {
      name: 'F, Omniglot, Vinyals’ split, 20-way 1-shot',
      metric: 'accuracy over episodes',
      published: 0.938,
      faithful: null,
      ours: 'omniglot-vinyals',
      data: `${shared}/omniglot`,
      measure: '20-way',
      faithfulSeeds: [],
    },
    {
      name: 'F, Omniglot, Vinyals’ split, 5-way 1-shot',
      metric: 'accuracy over episodes',
      published: 0.981,
      faithful: null,
      ours: 'omniglot-vinyals',
      data: `${shared}/omniglot`,
      measure: '5-way',
      faithfulSeeds: [],
    },
  ];
}
