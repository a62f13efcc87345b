import type { CatalogEntry, CatalogFile } from './types.ts';

/** The four files of MNIST and of what was made to replace it, at several homes. */
function idxFiles(
  homes: readonly string[],
  files: Readonly<Record<string, readonly [sizeBytes: number, sha256: string, contentSha256: string]>>,
): CatalogFile[] {
  return Object.entries(files).map(([name, [sizeBytes, sha256, contentSha256]]) => ({
    name,
    urls: homes.map((home) => home + name),
    sizeBytes,
    sha256,
    contentSha256,
  }));
}

const OMNIGLOT_HOME = 'https://github.com/brendenlake/omniglot/raw/master/python/';
const FLOWERS_HOME = 'https://www.robots.ox.ac.uk/~vgg/data/flowers/102/';

/**
 * The data sets that the published experiments were measured on, and where they live. Sizes and checksums are those
 * that TensorFlow Datasets publishes; `contentSha256` of MNIST agrees with its published MD5 sums.
 */
export const CATALOG: readonly CatalogEntry[] = [
  {
    name: 'mnist',
    title: 'MNIST',
    about: 'Handwritten digits, 28×28 grey: 60,000 to train, 10,000 to test.',
    numImages: 70_000,
    numClasses: 10,
    homepage: 'http://yann.lecun.com/exdb/mnist/',
    licence: {
      text: 'CC BY-SA 3.0 (as Keras states it), © Yann LeCun and Corinna Cortes',
      url: 'https://keras.io/api/datasets/mnist/',
    },
    note: 'It came with the install: "samesame train mnist" needs no download.',
    layout: 'idx',
    files: idxFiles(
      [
        'https://ossci-datasets.s3.amazonaws.com/mnist/',
        'https://storage.googleapis.com/cvdf-datasets/mnist/',
      ],
      {
        'train-images-idx3-ubyte.gz': [
          9_912_422,
          '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
          'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
        ],
        'train-labels-idx1-ubyte.gz': [
          28_881,
          '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
          '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
        ],
        't10k-images-idx3-ubyte.gz': [
          1_648_877,
          '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
          '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
        ],
        't10k-labels-idx1-ubyte.gz': [
          4_542,
          'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
          'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
        ],
      },
    ),
  },
  {
    name: 'fashion-mnist',
    title: 'Fashion-MNIST',
    about: 'Clothing, 28×28 grey: 60,000 to train, 10,000 to test.',
    numImages: 70_000,
    numClasses: 10,
    homepage: 'https://github.com/zalandoresearch/fashion-mnist',
    licence: {
      text: 'MIT, © 2017 Zalando SE',
      url: 'https://github.com/zalandoresearch/fashion-mnist/blob/master/LICENSE',
    },
    layout: 'idx',
    files: idxFiles(
      [
        'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
        'https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/',
      ],
      {
        'train-images-idx3-ubyte.gz': [
          26_421_880,
          '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
          'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
        ],
        'train-labels-idx1-ubyte.gz': [
          29_515,
          'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
          'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
        ],
        't10k-images-idx3-ubyte.gz': [
          4_422_102,
          '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
          '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
        ],
        't10k-labels-idx1-ubyte.gz': [
          5_148,
          '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
          '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
        ],
      },
    ),
  },
  {
    name: 'omniglot',
    title: 'Omniglot',
    about: 'Characters of 50 alphabets, each drawn by 20 people, 105×105: 30 alphabets to train, 20 to test.',
    numImages: 32_460,
    numClasses: 1_623,
    homepage: 'https://github.com/brendenlake/omniglot',
    licence: {
      text: 'MIT, © 2015 Brenden Lake',
      url: 'https://github.com/brendenlake/omniglot/blob/master/LICENSE',
    },
    layout: 'omniglot',
    files: [
      {
        name: 'images_background.zip',
        urls: [`${OMNIGLOT_HOME}images_background.zip`],
        sizeBytes: 9_464_212,
        sha256: 'ad41ab679c8b5d90b271ef46be6987cc81211774a695c29dcc5367b2b26ee640',
      },
      {
        name: 'images_evaluation.zip',
        urls: [`${OMNIGLOT_HOME}images_evaluation.zip`],
        sizeBytes: 6_462_886,
        sha256: '1f61a8f3366785b057fc117d9228e78a16e3d976c8953b2a10fcc74cf0609cee',
      },
      { name: 'all_runs.zip', urls: [`${OMNIGLOT_HOME}one-shot-classification/all_runs.zip`] },
    ],
  },
  {
    name: 'flowers-102',
    title: 'Oxford Flowers 102',
    about: 'Photos of flowers, at least 500 pixels a side, 40 to 258 of each of 102 kinds.',
    numImages: 8_189,
    numClasses: 102,
    homepage: FLOWERS_HOME,
    licence: {
      text: 'none is stated; the photos belong to their photographers',
      url: FLOWERS_HOME,
    },
    layout: 'flowers-102',
    files: [
      {
        name: '102flowers.tgz',
        urls: [`${FLOWERS_HOME}102flowers.tgz`],
        sizeBytes: 344_862_509,
        sha256: '2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246',
      },
      {
        name: 'imagelabels.mat',
        urls: [`${FLOWERS_HOME}imagelabels.mat`],
        sizeBytes: 502,
        sha256: '4903e94206bac23bf772aadf06451916df56b58fc483a62db32a97b82656651d',
      },
      {
        name: 'setid.mat',
        urls: [`${FLOWERS_HOME}setid.mat`],
        sizeBytes: 14_989,
        sha256: '46b8678f91fd95d3c8f4feab80d271a6c834a1dd896fe29fd3e6ad9ce5c8dccd',
      },
    ],
  },
  {
    name: 'products-10k',
    title: 'Products-10K',
    about: 'Photos of products that people buy online, each class one article.',
    numImages: 141_931,
    numClasses: 9_691,
    homepage: 'https://products-10k.github.io/',
    licence: {
      text: 'no open licence: the rules of the competition, which you accept there',
      url: 'https://www.kaggle.com/c/products-10k/rules',
    },
    layout: 'products-10k',
    byHand:
      'Its home needs a login, so it must be fetched by hand: sign in at https://www.kaggle.com/c/products-10k/data, ' +
      'accept the rules and download train.csv and train.zip.',
    note: 'Only the images that train-50.csv and train-100.csv name are unpacked.',
    isPart: true,
    files: [
      { name: 'train.csv', urls: [] },
      { name: 'train.zip', urls: [] },
    ],
  },
];
