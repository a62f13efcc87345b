// What is compared. Each case is one of our losses by name and options, and the same function said otherwise: `peer`, an
// expression over pytorch-metric-learning's modules (L losses, M miners, R reducers, D distances), or `paper`, the name of
// a function in papers.py that restates the equation. `batches` are those on which both are defined the same way.

const EVEN = ['even', 'uneven'];
const ALL = [...EVEN, 'oneClass', 'noPositive', 'oneSample'];
const LONG = [...EVEN, 'long'];
const MEAN = 'reducer=R.MeanReducer()';
/** Distances as ours are: of the embeddings as they stand. */
const AS_IS = 'distance=D.LpDistance(normalize_embeddings=False)';

/**
 * @typedef {object} Case
 * @property {string} loss
 * @property {object} [options]
 * @property {string} [peer]
 * @property {string} [miner]
 * @property {string} [paper]
 * @property {number} [centers] Proxies a class; 0 for a loss without.
 * @property {readonly string[]} batches
 * @property {number} [factor] Ours × factor is the peer's.
 * @property {boolean} [onSphere] Gradients are compared without their part along the embedding, which length 1 takes away.
 * @property {boolean} [valueOnly] Gradients are not compared.
 * @property {number} [draws] The peer is random: the mean of so many draws is compared, by its standard error.
 * @property {string} [memory] The batch that came before.
 */

/** @type {readonly Case[]} */
export const CASES = [
  // Contrastive
  { loss: 'contrastive', paper: 'contrastive', batches: ALL },
  { loss: 'contrastive', options: { balanced: false, half: true }, paper: 'hadsell', batches: LONG },
  {
    loss: 'contrastive',
    options: { squared: false, reducer: 'mean-of-non-zero' },
    peer: `L.ContrastiveLoss(pos_margin=0, neg_margin=1, ${AS_IS})`,
    factor: 2,
    batches: LONG,
  },
  {
    loss: 'contrastive',
    options: { squared: false, mining: 'batch-hard' },
    peer: `L.ContrastiveLoss(neg_margin=1, ${AS_IS}, ${MEAN})`,
    miner: 'M.BatchHardMiner()',
    factor: 2,
    batches: ['even'],
  },
  {
    loss: 'contrastive',
    options: { squared: false, mining: { name: 'pair-margin', positive: 0.9, negative: 1.3 } },
    peer: `L.ContrastiveLoss(neg_margin=1, ${AS_IS}, ${MEAN})`,
    miner: 'M.PairMarginMiner(pos_margin=0.9, neg_margin=1.3)',
    factor: 2,
    batches: EVEN,
  },
  {
    loss: 'contrastive',
    options: { squared: false, mining: 'easy-semi-hard' },
    peer: `L.ContrastiveLoss(neg_margin=1, ${AS_IS}, ${MEAN})`,
    miner: 'M.BatchEasyHardMiner()',
    factor: 2,
    batches: ['even'],
  },
  {
    loss: 'contrastive',
    options: { squared: false, mining: 'batch-easy' },
    peer: `L.ContrastiveLoss(neg_margin=1, ${AS_IS}, ${MEAN})`,
    miner: 'M.BatchEasyHardMiner(pos_strategy="easy", neg_strategy="hard")',
    factor: 2,
    batches: ['even'],
  },
  {
    loss: 'contrastive',
    options: { squared: false, reducer: 'per-anchor' },
    peer: `L.ContrastiveLoss(neg_margin=1, ${AS_IS}, reducer=R.PerAnchorReducer())`,
    factor: 2,
    batches: ['even'],
  },

  // Triplets
  {
    loss: 'triplet',
    peer: `L.TripletMarginLoss(margin=0.5, ${AS_IS})`,
    batches: [...LONG, 'oneClass', 'noPositive', 'oneSample'],
  },
  {
    loss: 'triplet',
    options: { margin: 0.2, squared: true },
    peer: 'L.TripletMarginLoss(margin=0.2, distance=D.LpDistance(normalize_embeddings=False, power=2))',
    batches: LONG,
  },
  {
    loss: 'triplet',
    options: { soft: true },
    peer: `L.TripletMarginLoss(margin=0, smooth_loss=True, ${AS_IS}, ${MEAN})`,
    batches: EVEN,
  },
  {
    loss: 'triplet',
    options: { distance: 'cosine', margin: 0.2 },
    peer: 'L.TripletMarginLoss(margin=0.2, distance=D.CosineSimilarity())',
    batches: LONG,
  },
  {
    loss: 'triplet',
    options: { distance: 'l1', margin: 0.2 },
    peer: 'L.TripletMarginLoss(margin=0.2, distance=D.LpDistance(p=1, normalize_embeddings=False))',
    batches: LONG,
  },
  {
    loss: 'triplet',
    options: { distance: 'snr', margin: 0.2 },
    peer: 'L.TripletMarginLoss(margin=0.2, distance=D.SNRDistance(normalize_embeddings=False))',
    batches: LONG,
  },
  {
    loss: 'triplet',
    options: { distance: 'dot', margin: 0.2 },
    peer: 'L.TripletMarginLoss(margin=0.2, distance=D.DotProductSimilarity(normalize_embeddings=False))',
    batches: LONG,
  },
  {
    loss: 'triplet',
    options: { mining: 'batch-hard' },
    peer: `L.TripletMarginLoss(margin=0.5, ${AS_IS}, ${MEAN})`,
    miner: 'M.BatchHardMiner()',
    batches: EVEN,
  },
  {
    loss: 'triplet',
    options: { mining: 'batch-easy' },
    peer: `L.TripletMarginLoss(margin=0.5, ${AS_IS})`,
    miner: 'M.BatchEasyHardMiner(pos_strategy="easy", neg_strategy="hard")',
    batches: EVEN,
  },
  {
    loss: 'triplet',
    options: { mining: 'easy-semi-hard' },
    peer: `L.TripletMarginLoss(margin=0.5, ${AS_IS})`,
    miner: 'M.BatchEasyHardMiner()',
    batches: EVEN,
  },
  ...['all', 'hard', 'semi-hard', 'easy'].map((kind) => ({
    loss: 'triplet',
    options: { margin: 1, mining: { name: 'triplet-margin', margin: 0.2, kind } },
    peer: `L.TripletMarginLoss(margin=1, ${AS_IS})`,
    miner: `M.TripletMarginMiner(margin=0.2, type_of_triplets="${kind.replace('-', '')}")`,
    batches: EVEN,
  })),
  {
    loss: 'triplet',
    options: { mining: { name: 'angular', angleDegrees: 30 } },
    peer: `L.TripletMarginLoss(margin=0.5, ${AS_IS})`,
    miner: 'M.AngularMiner(angle=30)',
    batches: EVEN,
  },
  {
    loss: 'triplet',
    options: { mining: { name: 'multi-similarity', epsilon: 0.1 } },
    peer: `L.TripletMarginLoss(margin=0.5, ${AS_IS})`,
    miner: 'M.MultiSimilarityMiner(epsilon=0.1, distance=D.LpDistance())',
    batches: EVEN,
  },
  { loss: 'triplet', options: { mining: 'semi-hard', margin: 0.2 }, paper: 'semi_hard', batches: ALL },

  {
    loss: 'triplet',
    options: { mining: 'distance-weighted', margin: 0.2 },
    peer: `L.TripletMarginLoss(margin=0.2, ${AS_IS}, ${MEAN})`,
    miner: 'M.DistanceWeightedMiner()',
    draws: 1000,
    batches: ['even'],
  },

  // Pairs of an anchor, weighed
  {
    loss: 'supervised-contrastive',
    peer: 'L.SupConLoss(temperature=0.2, distance=D.LpDistance(normalize_embeddings=False, power=2))',
    batches: [...EVEN, 'noPositive', 'oneSample'],
  },
  { loss: 'supervised-contrastive', peer: 'L.SupConLoss(temperature=0.1)', onSphere: true, batches: EVEN },
  {
    loss: 'nt-xent',
    peer: 'L.NTXentLoss(temperature=0.1)',
    batches: [...LONG, 'oneClass', 'noPositive', 'oneSample'],
  },
  {
    loss: 'nt-xent',
    options: { reducer: 'sum' },
    peer: 'L.NTXentLoss(temperature=0.1, reducer=R.SumReducer())',
    batches: EVEN,
  },
  {
    loss: 'nt-xent',
    options: { reducer: 'per-anchor' },
    peer: 'L.NTXentLoss(temperature=0.1, reducer=R.PerAnchorReducer())',
    batches: ['even'],
  },
  {
    loss: 'n-pairs',
    peer: 'L.NPairsLoss(distance=D.DotProductSimilarity(normalize_embeddings=False))',
    batches: LONG,
  },
  { loss: 'lifted-structure', peer: `L.GeneralizedLiftedStructureLoss(${AS_IS})`, batches: ['even', 'long'] },
  {
    loss: 'lifted-structure',
    options: { pairwise: true },
    peer: `L.LiftedStructureLoss(${AS_IS})`,
    batches: LONG,
  },
  {
    loss: 'angular',
    peer: 'L.AngularLoss(alpha=40)',
    onSphere: true,
    batches: [...EVEN, 'oneClass', 'noPositive', 'oneSample'],
  },
  {
    loss: 'multi-similarity',
    options: { mining: 'all' },
    peer: 'L.MultiSimilarityLoss()',
    batches: [...LONG, 'oneClass', 'noPositive'],
  },
  {
    loss: 'multi-similarity',
    peer: 'L.MultiSimilarityLoss()',
    miner: 'M.MultiSimilarityMiner()',
    batches: EVEN,
  },
  { loss: 'circle', peer: `L.CircleLoss(${MEAN})`, batches: ['even', 'long'] },
  { loss: 'circle', options: { reducer: 'mean-of-non-zero' }, peer: 'L.CircleLoss()', batches: LONG },
  {
    loss: 'tuplet-margin',
    options: { margin: (5.73 * Math.PI) / 180 },
    peer: 'L.TupletMarginLoss()',
    batches: LONG,
  },

  // Whole rankings, whole batches
  { loss: 'fast-ap', peer: 'L.FastAPLoss()', batches: LONG },
  {
    loss: 'smooth-ap',
    options: { countsItself: true, temperature: 0.1 },
    peer: 'L.SmoothAPLoss(temperature=0.1)',
    batches: ['even'],
  },
  {
    loss: 'threshold-consistent-margin',
    options: { base: 'nt-xent' },
    peer: '(L.ThresholdConsistentMarginLoss(), L.NTXentLoss(temperature=0.1))',
    batches: EVEN,
  },
  { loss: 'vicreg', paper: 'vicreg', batches: ['pairs'] },
  {
    loss: 'vicreg',
    // The authors' code: the distance per dimension, the two variances averaged.
    options: { invariance: 25 / 8, variance: 12.5 },
    peer: 'L.VICRegLoss()',
    batches: ['allSimilar'],
  },

  // Proxies
  { loss: 'proxy-nca', paper: 'proxy_nca', centers: 1, batches: LONG },
  {
    loss: 'proxy-nca++',
    options: { temperature: 1 },
    peer: 'L.ProxyNCALoss(C, 8)',
    centers: 1,
    batches: LONG,
  },
  { loss: 'proxy-nca++', peer: 'L.ProxyNCALoss(C, 8, softmax_scale=9)', centers: 1, batches: LONG },
  {
    loss: 'proxy-anchor',
    peer: 'L.ProxyAnchorLoss(C, 8)',
    centers: 1,
    batches: [...LONG, 'oneClass', 'noPositive', 'oneSample'],
  },
  {
    loss: 'soft-triple',
    options: { mergeWeight: 0 },
    peer: 'L.SoftTripleLoss(C, 8)',
    centers: 10,
    batches: LONG,
  },
  { loss: 'soft-triple', paper: 'soft_triple', centers: 10, batches: LONG },
  {
    loss: 'arcface',
    options: { margin: (28.6 * Math.PI) / 180 },
    peer: 'L.ArcFaceLoss(C, 8)',
    centers: 1,
    batches: [...LONG, 'oneClass', 'noPositive', 'oneSample'],
  },
  {
    loss: 'sub-center-arcface',
    options: { margin: (28.6 * Math.PI) / 180 },
    peer: 'L.SubCenterArcFaceLoss(num_classes=C, embedding_size=8)',
    centers: 3,
    batches: LONG,
  },
  { loss: 'cosface', peer: 'L.CosFaceLoss(C, 8)', centers: 1, batches: [...LONG, 'oneSample'] },
  {
    loss: 'cosface',
    options: { margin: 0, scale: 20 },
    peer: 'L.NormalizedSoftmaxLoss(C, 8, temperature=0.05)',
    centers: 1,
    batches: LONG,
  },
  {
    loss: 'sphereface',
    options: { margin: 4, scale: 1 },
    peer: 'L.SphereFaceLoss(C, 8)',
    centers: 1,
    batches: LONG,
  },
  {
    loss: 'large-margin-softmax',
    options: { margin: 4, scale: 1 },
    peer: 'L.LargeMarginSoftmaxLoss(C, 8)',
    centers: 1,
    batches: LONG,
  },

  // With the batch before it: every ordered pair of the batch, and of the batch with the memory
  {
    loss: 'cross-batch-memory',
    options: {
      size: 64,
      base: 'contrastive',
      baseOptions: { squared: false, balanced: false, reducer: 'sum' },
    },
    peer: `L.CrossBatchMemory(L.ContrastiveLoss(neg_margin=1, ${AS_IS}, reducer=R.SumReducer()), 8, 64)`,
    memory: 'even',
    valueOnly: true,
    batches: ['uneven'],
  },

  // Ours alone, from the papers
  { loss: 'prototypical', paper: 'prototypical', batches: LONG },
  {
    loss: 'info-nce',
    options: { bothWays: false },
    peer: 'L.NTXentLoss(temperature=0.07)',
    batches: ['allSimilar'],
  },
  { loss: 'info-nce', paper: 'info_nce', batches: ['pairs', 'graded'] },
  { loss: 'cosent', paper: 'cosent', batches: ['pairs', 'graded'] },
  { loss: 'cosine-mean-squared-error', paper: 'cosine_mse', batches: ['pairs', 'graded'] },
];
