import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { SamesameError } from '../base/errors.ts';

// zod/mini has no words of its own; zod's full build sets the same ones.
z.config(en());

/** Version of the artefact's layout. A reader refuses versions that it does not know. */
export const MODEL_VERSION = 1;

const pixelSize = z.int().check(z.gte(1), z.lte(4096));
/** A share that is neither nothing nor all. */
const share = z.number().check(z.gt(0), z.lt(1));

/** A curve from distance to probability, two cuts for three answers, and what both were made from. */
const answersSchema = z.strictObject({
  curve: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('logistic'), slope: z.number().check(z.gte(0)), intercept: z.number() }),
    z
      .strictObject({
        kind: z.literal('isotonic'),
        distances: z.array(z.number()).check(z.minLength(1)),
        probabilities: z.array(z.number().check(z.gte(0), z.lte(1))).check(z.minLength(1)),
      })
      .check(
        z.refine(({ distances, probabilities }) => distances.length === probabilities.length, {
          message: 'as many probabilities as distances',
        }),
        z.refine(
          ({ distances, probabilities }) =>
            distances.every((distance, i) => i === 0 || distance > distances[i - 1]) &&
            probabilities.every((probability, i) => i === 0 || probability <= probabilities[i - 1]),
          { message: 'distances rise, probabilities never do' },
        ),
      ),
  ]),
  /** Share of similar pairs that the curve was fitted at. */
  fittedPrior: share,
  /** Share of similar pairs that probabilities are told for where nobody asks for another. */
  prior: share,
  /** `same` below the first distance, `different` above the second; null where that answer is never given. */
  cuts: z.strictObject({
    same: z.nullable(z.number()),
    different: z.nullable(z.number()),
    /** Error rate that each answer keeps among the pairs for which it would be wrong. */
    maxError: z.number().check(z.gt(0), z.lte(0.5)),
    /** What no two of the pairs behind the cuts share. */
    unit: z.enum(['class', 'image']),
    numSimilar: z.int(),
    numDissimilar: z.int(),
  }),
  /** Of this kind of curve, on pairs outside the folds that it was fitted to. */
  quality: z.strictObject({
    ece: z.number(),
    numBins: z.int(),
    brier: z.number(),
    logLoss: z.number(),
  }),
  data: z.strictObject({
    name: z.string(),
    fingerprint: z.string(),
    numImages: z.int(),
    numPairs: z.int(),
    numSimilar: z.int(),
  }),
});

/** The schema of an artefact's `config.json`. */
export const modelConfigSchema = z
  .strictObject({
    format: z.literal('samesame-model'),
    version: z.literal(MODEL_VERSION),
    /** Network and size of the embedding. */
    encoder: z.strictObject({
      name: z.string(),
      embeddingSize: z.int().check(z.gte(1)),
      /** Whether embeddings have length 1. */
      normalized: z.boolean(),
      sha256: z.string(),
      /** The pretrained network that it stands on, where it does. */
      backbone: z.optional(
        z.strictObject({
          name: z.string(),
          sha256: z.string(),
          /** Value at which its classifier was cut off. */
          cut: z.string(),
          /** Value up to which it was frozen; null where none of it was. */
          frozenUpTo: z.nullable(z.string()),
          numFrozenParameters: z.int(),
          numTrainableParameters: z.int(),
          licence: z.nullable(z.string()),
          source: z.nullable(z.string()),
        }),
      ),
    }),
    /** Learned head, where the model compares with one. */
    comparator: z.optional(
      z.strictObject({
        name: z.string(),
        symmetric: z.boolean(),
        /** Whether a head that is not symmetric is asked both ways round. */
        bothWays: z._default(z.boolean(), true),
        sha256: z.string(),
      }),
    ),
    /** What an image must become before the encoder reads it. */
    input: z.strictObject({
      height: pixelSize,
      width: pixelSize,
      channels: z.union([z.literal(1), z.literal(3)]),
      resize: z.enum(['fit', 'cover', 'stretch']),
    }),
    /** `euclidean` between embeddings, or `comparator`: one minus the head's similarity. */
    distance: z.enum(['euclidean', 'comparator']),
    /** Pairs below this distance are the same thing. Chosen on validation pairs, unless the run fixed it. */
    threshold: z.number(),
    /** `P(same) = 1 / (1 + exp(slope · distance + intercept))`, fitted on validation pairs. */
    calibration: z.strictObject({
      slope: z.number(),
      intercept: z.number(),
      /** Share of similar pairs among them. */
      prior: z.optional(share),
    }),
    /** What `calibrate` found; takes the place of `threshold` and `calibration` in answers. */
    answers: z.optional(answersSchema),
    /** Names of the classes that the model was trained on. */
    classes: z.array(z.string()),
    provenance: z.strictObject({
      dataset: z.string(),
      fingerprint: z.string(),
      numImages: z.int(),
      seed: z.union([z.int(), z.string()]),
      samesame: z.string(),
      runtime: z.string(),
      training: z.record(z.string(), z.unknown()),
    }),
  })
  .check(
    z.refine(({ distance, comparator }) => (distance === 'comparator') === (comparator !== undefined), {
      message: 'a model compares with its comparator where it has one, and only there',
      path: ['distance'],
    }),
  );

export type ModelConfig = z.infer<typeof modelConfigSchema>;

/**
 * A `config.json` read and checked.
 * @throws E_MODEL where it is no such file, E_MODEL_VERSION where another version of samesame wrote it
 */
export function parseModelConfig(text: string, path: string): ModelConfig {
  const json = parseJson(text, path) as { format?: unknown; version?: unknown } | null;
  if (json?.format === 'samesame-model' && json.version !== MODEL_VERSION) {
    throw new SamesameError('E_MODEL_VERSION', {
      what: `${path} was written for another version of the model format`,
      expected: `version ${MODEL_VERSION}`,
      received: `version ${String(json.version)}`,
      help:
        Number(json.version) > MODEL_VERSION
          ? 'update samesame: npm install samesame@latest'
          : 'train the model again, or load it with the samesame that wrote it',
    });
  }
  const result = modelConfigSchema.safeParse(json);
  if (result.success) return result.data;
  throw new SamesameError('E_MODEL', {
    what: `${path} is not the configuration of a samesame model`,
    expected: 'a config.json as samesame writes it',
    received: z.prettifyError(result.error),
    help: 'point to the model folder of a finished run',
  });
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SamesameError('E_MODEL', {
      what: `${path} is not JSON`,
      expected: 'a whole config.json',
      received: `${text.length} characters`,
      help: 'the file was cut or changed; train again or copy it anew',
      cause,
    });
  }
}
