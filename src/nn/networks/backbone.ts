import { heNormal } from '../initializers.ts';
import { relu } from '../layers/activations.ts';
import { dense } from '../layers/dense.ts';
import { dropout as dropoutLayer } from '../layers/dropout.ts';
import type { Layer } from '../layers/layer.ts';
import { globalAveragePool, globalMaxPool } from '../layers/pooling.ts';
import { sequential } from '../layers/sequential.ts';
import { l2Norm } from '../layers/shape.ts';
import { type Scope, withRate } from '../scope.ts';
import type { Encoder } from './encoder.ts';

/** A pretrained network without its classifier, as two layers. */
export interface BackboneLayers {
  readonly name: string;
  /** Frozen: scaled images to `[N, ...trunkShape]`. */
  readonly trunk: Layer;
  /** Without a frozen part: that of scaled images. */
  readonly trunkShape: readonly number[];
  /** Trainable: `[N, ...trunkShape]` to `[N, ...outputShape]`. */
  readonly tail: Layer;
  /** A map `[C, H, W]`, or features `[D]`. */
  readonly outputShape: readonly number[];
  /** Undefined where nothing is frozen. */
  readonly frozenUpTo: string | undefined;
  /** 0 where all of it is frozen. */
  readonly numTrainableParameters: number;
}

export interface BackboneOptions {
  /** How a map becomes one number a channel. Default `average`. */
  readonly pool?: 'average' | 'max';
  /**
   * What follows: `linear`, one dense layer; `relu`, one dense layer and ReLU, so that no number of the embedding is below
   * 0; `mlp`, a dense layer of `hidden` numbers, ReLU, and another; `none`, the features are the embedding. Default
   * `linear`.
   */
  readonly head?: 'linear' | 'relu' | 'mlp' | 'none';
  /** Default 512. */
  readonly hidden?: number;
  /** D of `linear`, `relu` and `mlp`. Default 64. */
  readonly embeddingSize?: number;
  /** Scale embeddings to length 1. Default true. */
  readonly normalize?: boolean;
  /** Share of the features that a training step leaves out. Default 0. */
  readonly dropout?: number;
  /**
   * Share of the learning rate that the pretrained weights learn at. Default .1: they are near a good place, the head is
   * anywhere.
   */
  readonly rate?: number;
  /** Share of the learning rate that the head learns at; 0: it stays as it begins. Default 1. */
  readonly headRate?: number;
}

/**
 * An encoder on a pretrained network: its frozen part is the encoder's trunk, and what is above it is trained. Where
 * all of it is frozen, the trunk goes on through the pool, so that few numbers have to be kept for an image.
 */
export function backboneEncoder(
  { name, trunk, trunkShape, tail, outputShape, frozenUpTo, numTrainableParameters }: BackboneLayers,
  options: BackboneOptions = {},
): Encoder {
  const { pool = 'average', head = 'linear', hidden = 512, embeddingSize = 64 } = options;
  const { normalize = true, dropout = 0, rate = 0.1, headRate = 1 } = options;
  const isMap = outputShape.length === 3;
  const numFeatures = outputShape[0];
  const pooled: Layer = (x, scope) =>
    isMap ? (pool === 'max' ? globalMaxPool : globalAveragePool)(x, scope) : x;
  const isAllFrozen = frozenUpTo !== undefined && numTrainableParameters === 0;
  const above: Layer = isAllFrozen
    ? (x) => x
    : (x, scope) => pooled(tail(x, slowed(scope.within('backbone'), rate)), scope);
  const heads: Readonly<Record<typeof head, Readonly<Record<string, Layer>>>> = {
    none: {},
    linear: { embedding: dense(embeddingSize) },
    relu: { embedding: dense(embeddingSize, { initializer: heNormal }), relu },
    mlp: { hidden: dense(hidden, { initializer: heNormal }), relu, embedding: dense(embeddingSize) },
  };
  return {
    name,
    embeddingSize: head === 'none' ? numFeatures : embeddingSize,
    normalized: normalize,
    layer: (x, scope) => {
      const after = sequential({
        dropout: dropoutLayer(dropout),
        ...heads[head],
        ...(normalize ? { l2Norm } : {}),
      });
      return after(above(x, scope), slowed(scope, headRate));
    },
    ...(frozenUpTo === undefined
      ? {}
      : isAllFrozen
        ? {
            trunk: {
              layer: (x, scope) => pooled(tail(trunk(x, scope), scope), scope),
              featureShape: [numFeatures],
            },
          }
        : { trunk: { layer: trunk, featureShape: trunkShape } }),
  };
}

function slowed(scope: Scope, rate: number): Scope {
  return rate === 1 ? scope : withRate(scope, rate);
}
