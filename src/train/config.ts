import { z } from 'zod';
import { PIXEL_SCALE_NAMES } from '../backbones/scales.ts';
import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import { readAugmentOptions } from '../data/augment/options.ts';
import { COMPARATOR_NAMES } from '../loss/comparators/create-comparator.ts';
import { LOSS_NAMES } from '../loss/create-loss.ts';
import { ENCODERS } from '../nn/networks/by-name.ts';
import { CUSTOM_LOSS } from './custom-loss.ts';
import { checkUnusedSettings } from './unused-settings.ts';

const share = z.number().min(0).max(1);
/** A fraction below 1, or a whole number of images. */
const heldOut = z.number().min(0);

const imageSchema = z.strictObject({
  height: z.int().min(8).max(1024),
  width: z.int().min(8).max(1024),
  channels: z.union([z.literal(1), z.literal(3)]),
  resize: z.enum(['fit', 'cover', 'stretch']).default('fit'),
});

const channels = z.union([z.number(), z.array(z.number()).length(3)]);

const pixelsSchema = z.strictObject({
  /** Mean, deviation and order by a name. */
  scale: z.enum(PIXEL_SCALE_NAMES as [string, ...string[]]).optional(),
  /** In 0…1, for all channels or for each. */
  mean: channels.optional(),
  deviation: channels.optional(),
  order: z.enum(['rgb', 'bgr']).optional(),
});

/** The schema of a run's configuration. Every key has a default that a first run can do with. */
export const trainConfigSchema = z.strictObject({
  /** The encoder. */
  network: z.enum(ENCODERS).default('compact'),
  /**
   * A pretrained network under the embedding, by name or as the path of an .onnx file; `none`: a network of ours, trained
   * from nothing.
   */
  backbone: z.string().min(1).default('none'),
  /**
   * Name of the value at which the backbone's classifier is cut off; `auto`: in front of its last pool, or its features;
   * `map`: behind its last map, without the dense layers that VGG has there.
   */
  cut: z.string().min(1).default('auto'),
  /**
   * What of the backbone stays as it is, and is run once an image: a share of its layers, `all`, `none`, or the name of
   * the value up to which it is frozen.
   */
  freeze: z.union([share, z.string().min(1)]).default('all'),
  /** How the backbone's last map becomes one number a channel. */
  pool: z.enum(['average', 'max']).default('average'),
  /** What stands on the backbone: a dense layer; one with ReLU, for a learned comparator; two of them; nothing. */
  head: z.enum(['linear', 'relu', 'mlp', 'none']).default('linear'),
  /**
   * What the head `linear` begins as: `random`; `within-class`, the map under which what varies within the classes counts
   * less, fitted to the features of the training images (`fitWithinClass`). It knows of variation and not of classes, so
   * it may carry over to new ones.
   */
  headInit: z.enum(['random', 'within-class']).default('random'),
  /** Above 0, to 1: how far that is drawn towards leaving directions as they are. Few classes say little of most directions. */
  headShrinkage: z.number().positive().max(1).default(0.97),
  /** 0 to 1: how far the origin of angles moves to the mean of the features. The mean of a few classes is not that of all. */
  headCentre: share.default(0.75),
  /** Share of the learning rate that the head learns at; 0: it stays as it begins. */
  headRate: share.default(1),
  /** Numbers between the two dense layers of `mlp`. */
  hidden: z.int().min(1).max(16384).default(512),
  /** Augmented views of each training image that the frozen part is run on; steps draw from them. 0: only the image itself. */
  views: z.int().min(0).max(1000).default(4),
  /** Share of the learning rate that the backbone's own weights learn at. */
  backboneRate: z.number().positive().max(1).default(0.1),
  /** What the backbone's pixels are, where nothing beside its file says it, or it is to be something else. */
  pixels: pixelsSchema.optional(),
  /** D, where the network leaves it open. */
  embeddingSize: z.int().min(1).max(4096).default(64),
  /** Share of the numbers before the embedding that each step leaves out, where the network takes it. */
  dropout: z.number().min(0).max(0.95).default(0),
  /** Scale embeddings to length 1, where the network leaves it open. */
  normalize: z.boolean().default(true),
  /** The model embeds an image together with its mirror image; for things that stay what they are in a mirror. */
  mirror: z.boolean().default(false),
  /** Name of the loss (`custom`: one that a program gives), and its own options. With explicit pairs the default is contrastive: triplets need labels. */
  loss: z.enum([...LOSS_NAMES, CUSTOM_LOSS] as readonly string[] as [string, ...string[]]).default('triplet'),
  lossOptions: z.record(z.string(), z.unknown()).default({}),
  /** Learned head for losses on logits. */
  comparator: z.enum(COMPARATOR_NAMES as [string, ...string[]]).default('absolute-difference'),
  /** The head's own options: `{ "hidden": 256, "similarShare": 0.25 }`. */
  comparatorOptions: z.record(z.string(), z.unknown()).default({}),
  /** Ask a head that is not symmetric both ways round and take the mean. Published experiments ask once. */
  bothWays: z.boolean().default(true),
  /** `batch`: the loss sees all pairs of a batch. `pairs`: explicit pairs are drawn before training. */
  feed: z.enum(['auto', 'batch', 'pairs']).default('auto'),
  /** Explicit pairs to draw from the training images, or `all` similar ones and as many others as the ratio says. */
  numPairs: z.union([z.int().min(2), z.literal('all')]).default(70_000),
  /** Dissimilar pairs for each similar one, of explicit pairs. 1 is balanced. */
  negativeRatio: z.number().positive().default(1),
  /**
   * `list`: explicit pairs are drawn once, and each is seen once an epoch. `class-pairs`: each step draws a similar pair
   * of every class and a dissimilar pair of every two classes anew. `hard`, `curriculum`: before each epoch numPairs pairs
   * are drawn anew by what the network has learned: half of them the hardest, or from easy to hard over the epochs.
   * `neighbours`: a list of images i and i + 1 of each class, and of image i with image i of another class; validation
   * pairs are drawn so too.
   */
  pairDraw: z.enum(['list', 'class-pairs', 'hard', 'curriculum', 'neighbours']).default('list'),
  optimizer: z.enum(['adam', 'adamw', 'sgd', 'rmsprop']).default('adam'),
  learningRate: z.number().positive().default(2e-3),
  /** Of SGD. */
  momentum: share.default(0.9),
  nesterov: z.boolean().default(true),
  /** Of AdamW. */
  weightDecay: z.number().min(0).default(0.01),
  /** Adds `l2 · Σ weight²` to the loss. */
  l2: z.number().min(0).default(0),
  /** Longest gradient; 0 for no limit. */
  clipNorm: z.number().min(0).default(0),
  schedule: z.enum(['cosine', 'constant', 'step']).default('cosine'),
  /** Steps from 0 to the full rate. */
  warmUpSteps: z.int().min(0).default(0),
  /** Epochs between falls to a tenth, for the step schedule. */
  stepEpochs: z.int().min(1).default(10),
  /** 0: as many as make about 1,000 steps, from 8 to 40. */
  epochs: z.int().min(0).default(0),
  /** Steps between validations; 0 for one pass over the images. Not with a list of pairs. */
  stepsPerEpoch: z.int().min(0).default(0),
  /** Share of the running mean of the weights that a step keeps; the mean is the model. 0 for the last weights. */
  averageDecay: z.number().min(0).lt(1).default(0),
  /** Images a batch (pairs, with explicit pairs). */
  batchSize: z.int().min(4).default(160),
  /**
   * Images that go through the network at once, at most, where a batch holds more; 0 for the whole batch. Takes less memory
   * and a forward pass more a step.
   */
  chunkSize: z.int().min(0).default(0),
  /** Images of each class in a batch; more where there are few classes. */
  imagesPerClass: z.int().min(2).default(4),
  /** Groups that the classes of a batch come from, for classes named `group/name`; 0 for all classes alike. */
  batchGroups: z.int().min(0).default(0),
  /** Quarter turns of a class are classes of their own while training: four times as many. */
  rotateClasses: z.boolean().default(false),
  /**
   * What the best epoch is best at: `accuracy`, of the validation pairs (or episodes, where there are some); `loss`, the
   * loss of training over the validation pairs, as published experiments choose. Accuracy is what the model is for.
   */
  chooseBy: z.enum(['accuracy', 'loss']).default('accuracy'),
  /** Stop after so many epochs without a better one; 0 for never. */
  patience: z.int().min(0).default(0),
  /** Augmentation options, or `auto`: small shifts, and mirror images for photos; `none`. */
  augment: z.union([z.enum(['auto', 'none']), z.record(z.string(), z.unknown())]).default('auto'),
  /** Input size and colours; left out, they are guessed from the images. */
  image: imageSchema.optional(),
  /** Brightness before the first layer: `standard`, mean 0 and deviation 1 over training images; `unit`, from 0 to 1. */
  scalePixels: z.enum(['standard', 'unit']).default('standard'),
  /** Only classes whose name is a whole number that this divides; 1 for all classes, whatever they are called. */
  classMultiple: z.int().min(1).default(1),
  /** Held out to choose the epoch, the threshold and the calibration. */
  validation: heldOut.default(0.15),
  /** Held out for the final numbers. */
  test: heldOut.default(0.15),
  /** Most images to train on, drawn from each class in proportion; 0 for all. Held-out images stay as they are. */
  maxImages: z.int().min(0).default(0),
  /**
   * What is held out. `class`: how good is it on classes never seen? `group`: whole groups of classes named
   * `group/name`, where parts that the source assigns stay as they are. `pair`: validation pairs are of the images that
   * are trained on, as in published experiments, and flatter; test images are held out all the same.
   */
  splitBy: z.enum(['image', 'class', 'group', 'pair']).default('image'),
  /** Distance below which two images are the same; `auto`: the best one for the validation pairs. */
  threshold: z.union([z.literal('auto'), z.number().positive()]).default('auto'),
  /** Balanced pairs that validate each epoch and choose the threshold. */
  validationPairs: z.int().min(2).default(10_000),
  /**
   * 20-way 1-shot episodes among the validation classes (fewer ways where there are fewer), each within a group where
   * groups are held out, that choose the epoch; 0: the validation pairs choose it.
   */
  validationEpisodes: z.int().min(0).default(0),
  /** Balanced pairs of the final evaluation. */
  testPairs: z.int().min(2).default(50_000),
  seed: z.union([z.int(), z.string()]).default(1),
});

export type TrainConfig = z.infer<typeof trainConfigSchema>;
export type TrainOptions = z.input<typeof trainConfigSchema>;

/**
 * Options with their defaults, checked.
 * @param hasPairs whether the data names its own pairs, which are then what is fed
 * @throws E_CONFIG naming each key that is wrong, with the nearest right one for a misspelt key, or one that nothing reads
 */
export function readTrainConfig(options: unknown, hasPairs = false): TrainConfig {
  const config = readStoredConfig(withLossForPairs(options, hasPairs));
  checkUnusedSettings(config, trainConfigSchema.parse({}), hasPairs);
  return config;
}

/**
 * Options that a run was made with, with defaults for those that are newer. Whether each of them had an effect was settled
 * then, on data that may have named its pairs.
 * @throws E_CONFIG naming each key that is wrong
 */
export function readStoredConfig(options: unknown): TrainConfig {
  const result = trainConfigSchema.safeParse(options);
  if (!result.success) throw configError(result.error, options);
  const { augment } = result.data;
  if (typeof augment === 'object') readAugmentOptions(augment);
  return result.data;
}

function withLossForPairs(options: unknown, hasPairs: boolean): unknown {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return options;
  const { loss, feed, pairDraw, splitBy } = options as TrainOptions;
  const isPairs = hasPairs || feed === 'pairs' || (pairDraw ?? 'list') !== 'list' || splitBy === 'pair';
  return loss === undefined && isPairs ? { ...options, loss: 'contrastive' } : options;
}

function configError(error: z.ZodError, options: unknown): SamesameError {
  const names = Object.keys(trainConfigSchema.shape);
  const misspelt = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ key, isInside: issue.path.length > 0 }))
      : [],
  );
  const suggestions = misspelt.flatMap(({ key, isInside }) => {
    const near = suggest(key, isInside ? Object.keys(imageSchema.shape) : names);
    return near === undefined ? [] : [`did you mean "${near}" instead of "${key}"?`];
  });
  for (const issue of error.issues) {
    const value =
      issue.path.length === 1 ? (options as Record<string, unknown>)[String(issue.path[0])] : undefined;
    if (issue.code !== 'invalid_value' || typeof value !== 'string') continue;
    const near = suggest(value, issue.values.map(String));
    if (near !== undefined) suggestions.push(`did you mean "${near}" instead of "${value}"?`);
  }
  return new SamesameError('E_CONFIG', {
    what: 'the training configuration is not usable',
    expected: misspelt.some(({ isInside }) => !isInside)
      ? `keys among ${names.join(', ')}`
      : 'values in range',
    received: z.prettifyError(error),
    help: suggestions.length > 0 ? suggestions.join(' ') : 'see samesame train --help',
    details: { issues: error.issues },
  });
}
