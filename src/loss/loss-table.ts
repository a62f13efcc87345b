import { type AngularOptions, angular } from './angular.ts';
import { type AutoTripletOptions, autoTriplet } from './auto-triplet.ts';
import { type BinaryCrossEntropyOptions, binaryCrossEntropy } from './binary-cross-entropy.ts';
import { type CircleOptions, circle } from './circle.ts';
import { type ContrastiveOptions, contrastive } from './contrastive.ts';
import { type CosentOptions, cosent } from './cosent.ts';
import { cosineMeanSquaredError } from './cosine-mean-squared-error.ts';
import { type FastApOptions, fastAp } from './fast-ap.ts';
import { type FocalOptions, focal } from './focal.ts';
import { type InfoNceOptions, infoNce } from './info-nce.ts';
import { type LiftedStructureOptions, liftedStructure } from './lifted-structure.ts';
import type { LossForms } from './loss.ts';
import { meanSquaredError } from './mean-squared-error.ts';
import { type MultiSimilarityOptions, multiSimilarity } from './multi-similarity.ts';
import { type NPairsOptions, nPairs } from './n-pairs.ts';
import { type NormalizedCrossEntropyOptions, normalizedCrossEntropy } from './normalized-cross-entropy.ts';
import { type PrototypicalOptions, prototypical } from './prototypical.ts';
import {
  type ArcFaceOptions,
  arcFace,
  type SubCenterArcFaceOptions,
  subCenterArcFace,
} from './proxies/arc-face.ts';
import { CLASS_WEIGHTING } from './proxies/class-cross-entropy.ts';
import { type CosFaceOptions, cosFace } from './proxies/cos-face.ts';
import { type ProxyAnchorOptions, proxyAnchor } from './proxies/proxy-anchor.ts';
import {
  type ProxyNcaOptions,
  type ProxyNcaPlusPlusOptions,
  proxyNca,
  proxyNcaPlusPlus,
} from './proxies/proxy-nca.ts';
import { type SoftTripleOptions, softTriple } from './proxies/soft-triple.ts';
import { largeMarginSoftmax, type SphereFaceOptions, sphereFace } from './proxies/sphere-face.ts';
import { type SmoothApOptions, smoothAp } from './smooth-ap.ts';
import { type SupervisedContrastiveOptions, supervisedContrastive } from './supervised-contrastive.ts';
import { type TripletOptions, triplet } from './triplet.ts';
import { type TupletMarginOptions, tupletMargin } from './tuplet-margin.ts';
import { type VicRegOptions, vicReg } from './vicreg.ts';

type NoOptions = Readonly<Record<string, never>>;

/** The options of each loss that stands by itself. */
export interface PlainLossOptions {
  readonly contrastive: ContrastiveOptions;
  readonly triplet: TripletOptions;
  readonly auto: AutoTripletOptions;
  readonly prototypical: PrototypicalOptions;
  readonly 'supervised-contrastive': SupervisedContrastiveOptions;
  readonly 'nt-xent': NormalizedCrossEntropyOptions;
  readonly 'n-pairs': NPairsOptions;
  readonly 'lifted-structure': LiftedStructureOptions;
  readonly angular: AngularOptions;
  readonly 'multi-similarity': MultiSimilarityOptions;
  readonly circle: CircleOptions;
  readonly 'tuplet-margin': TupletMarginOptions;
  readonly 'fast-ap': FastApOptions;
  readonly 'smooth-ap': SmoothApOptions;
  readonly vicreg: VicRegOptions;
  readonly 'proxy-nca': ProxyNcaOptions;
  readonly 'proxy-nca++': ProxyNcaPlusPlusOptions;
  readonly 'proxy-anchor': ProxyAnchorOptions;
  readonly 'soft-triple': SoftTripleOptions;
  readonly arcface: ArcFaceOptions;
  readonly 'sub-center-arcface': SubCenterArcFaceOptions;
  readonly cosface: CosFaceOptions;
  readonly sphereface: SphereFaceOptions;
  readonly 'large-margin-softmax': SphereFaceOptions;
  readonly 'info-nce': InfoNceOptions;
  readonly cosent: CosentOptions;
  readonly 'cosine-mean-squared-error': NoOptions;
  readonly 'binary-cross-entropy': BinaryCrossEntropyOptions;
  readonly focal: FocalOptions;
  readonly 'mean-squared-error': NoOptions;
}

export type PlainLossName = keyof PlainLossOptions;

/** What is known of a loss by its name. */
export interface LossEntry<Options> {
  readonly options: readonly (keyof Options & string)[];
  /**
   * What it makes small or large: distances of embeddings, angles between them, the numbers of its option `distance`, or
   * the logits of a head.
   */
  readonly by: 'distance' | 'angle' | 'option' | 'head';
  readonly create: (options: Options) => LossForms;
}

const PAIRS = ['mining', 'reducer'] as const;
const FACE = ['margin', 'scale', ...CLASS_WEIGHTING] as const;

export const PLAIN_LOSSES: { readonly [Name in PlainLossName]: LossEntry<PlainLossOptions[Name]> } = {
  contrastive: {
    options: ['margin', 'balanced', 'squared', 'half', ...PAIRS],
    by: 'distance',
    create: contrastive,
  },
  triplet: {
    options: ['margin', 'mining', 'soft', 'squared', 'distance'],
    by: 'option',
    create: (options) => ({ overBatch: triplet(options) }),
  },
  auto: { options: ['margin'], by: 'distance', create: (options) => ({ overBatch: autoTriplet(options) }) },
  prototypical: {
    options: ['shots', 'temperature'],
    by: 'distance',
    create: (options) => ({ overBatch: prototypical(options) }),
  },
  'supervised-contrastive': {
    options: ['temperature'],
    by: 'distance',
    create: (options) => ({ overBatch: supervisedContrastive(options) }),
  },
  'nt-xent': {
    options: ['temperature', 'distance', ...PAIRS],
    by: 'option',
    create: normalizedCrossEntropy,
  },
  'n-pairs': {
    options: ['temperature', 'distance', 'reducer'],
    by: 'option',
    create: (options) => ({ overBatch: nPairs(options) }),
  },
  'lifted-structure': {
    options: ['margin', 'pairwise', 'distance', ...PAIRS],
    by: 'option',
    create: liftedStructure,
  },
  angular: {
    options: ['angleDegrees', 'reducer'],
    by: 'angle',
    create: (options) => ({ overBatch: angular(options) }),
  },
  'multi-similarity': {
    options: ['alpha', 'beta', 'base', 'distance', ...PAIRS],
    by: 'option',
    create: multiSimilarity,
  },
  circle: { options: ['margin', 'scale', ...PAIRS], by: 'angle', create: circle },
  'tuplet-margin': { options: ['margin', 'scale', ...PAIRS], by: 'angle', create: tupletMargin },
  'fast-ap': {
    options: ['bins', 'reducer'],
    by: 'angle',
    create: (options) => ({ overBatch: fastAp(options) }),
  },
  'smooth-ap': {
    options: ['temperature', 'countsItself', 'reducer'],
    by: 'angle',
    create: (options) => ({ overBatch: smoothAp(options) }),
  },
  vicreg: {
    options: ['invariance', 'variance', 'covariance', 'deviation'],
    by: 'distance',
    create: vicReg,
  },
  'proxy-nca': {
    options: ['temperature'],
    by: 'angle',
    create: (options) => ({ overBatch: proxyNca(options) }),
  },
  'proxy-nca++': {
    options: ['temperature', ...CLASS_WEIGHTING],
    by: 'angle',
    create: (options) => ({ overBatch: proxyNcaPlusPlus(options) }),
  },
  'proxy-anchor': {
    options: ['margin', 'scale'],
    by: 'angle',
    create: (options) => ({ overBatch: proxyAnchor(options) }),
  },
  'soft-triple': {
    options: ['centers', 'margin', 'scale', 'temperature', 'mergeWeight', ...CLASS_WEIGHTING],
    by: 'angle',
    create: (options) => ({ overBatch: softTriple(options) }),
  },
  arcface: { options: FACE, by: 'angle', create: (options) => ({ overBatch: arcFace(options) }) },
  'sub-center-arcface': {
    options: ['centers', ...FACE],
    by: 'angle',
    create: (options) => ({ overBatch: subCenterArcFace(options) }),
  },
  cosface: { options: FACE, by: 'angle', create: (options) => ({ overBatch: cosFace(options) }) },
  sphereface: { options: FACE, by: 'angle', create: (options) => ({ overBatch: sphereFace(options) }) },
  'large-margin-softmax': {
    options: FACE,
    by: 'angle',
    create: (options) => ({ overBatch: largeMarginSoftmax(options) }),
  },
  'info-nce': {
    options: ['temperature', 'bothWays', 'distance'],
    by: 'option',
    create: (options) => ({ overPairs: infoNce(options) }),
  },
  cosent: { options: ['scale'], by: 'angle', create: (options) => ({ overPairs: cosent(options) }) },
  'cosine-mean-squared-error': {
    options: [],
    by: 'angle',
    create: () => ({ overPairs: cosineMeanSquaredError() }),
  },
  'binary-cross-entropy': {
    options: ['positiveWeight'],
    by: 'head',
    create: (options) => ({ overLogits: binaryCrossEntropy(options) }),
  },
  focal: {
    options: ['gamma', 'alpha'],
    by: 'head',
    create: (options) => ({ overLogits: focal(options) }),
  },
  'mean-squared-error': { options: [], by: 'head', create: () => ({ overLogits: meanSquaredError() }) },
};
