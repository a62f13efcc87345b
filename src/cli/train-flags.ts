import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ZodType } from 'zod';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { guessPixelShape } from '../data/pixels/guess.ts';
import type { ImageSet, ResizeRule } from '../data/types.ts';
import { readBackboneTarget } from '../jobs/backbone/preprocessing.ts';
import { readPreset } from '../jobs/presets.ts';
import { readTrainConfig, type TrainConfig, type TrainOptions, trainConfigSchema } from '../train/config.ts';
import { CUSTOM_LOSS } from '../train/custom-loss.ts';
import { addPixelFlags, type PixelFlags } from './backbone-flags.ts';
import { toNumber, toSize } from './common.ts';
import { addLossFlags, type LossFlags, readLossFlags } from './loss-flags.ts';

/** Keys of the configuration that are not one flag of their own name. */
type Composed = 'lossOptions' | 'comparatorOptions' | 'image' | 'pixels' | 'seed';
type FlagKey = Exclude<keyof TrainConfig, Composed>;

/** A flag for each key, in groups: a key without one does not compile. Values and defaults come from the schema. */
const GROUPS: { readonly [heading: string]: Partial<Record<FlagKey, string>> } = {
  'Network and loss:': {
    network: 'encoder, trained from nothing',
    backbone: 'pretrained network under the embedding: a name (samesame backbones) or an .onnx file',
    cut: 'value of the backbone that its classifier is cut off at; map for its last map',
    freeze:
      'what of the backbone stays as it is: a share of its layers, all, none, or up to a value of that name',
    pool: "how the backbone's last map becomes one number a channel",
    head: 'layers on the backbone',
    headInit: 'what the head linear begins as; within-class: what varies within classes counts less',
    headShrinkage: 'how far that is drawn towards leaving directions as they are, above 0 to 1',
    headCentre: 'how far the origin of angles moves to the mean of the features, 0 to 1',
    headRate: 'share of the learning rate for the head; 0: it stays as it begins',
    hidden: 'numbers between the two layers of the head mlp',
    views: 'augmented views of an image that the frozen part is run on, once; 0 for the image alone',
    backboneRate: "share of the learning rate for the backbone's own weights",
    embeddingSize: 'numbers in an embedding, where the network leaves it open',
    dropout: 'share of numbers left out before the embedding while training, where the network takes it',
    normalize: 'leave embeddings as long as they are, where the network leaves it open',
    mirror: 'the model embeds an image together with its mirror image',
    loss: 'what training makes small',
    comparator: 'learned head, for losses that need one',
    bothWays: 'ask a head that is not symmetric once, not both ways round',
    feed: 'all pairs of a batch, or explicit pairs',
    numPairs: 'explicit pairs to draw, or all: each similar pair there is',
    negativeRatio: 'dissimilar pairs for each similar one, of explicit pairs',
    pairDraw:
      'a list of pairs drawn once, of neighbours in a class, or anew each epoch (half of it hard, or from easy to hard); or a pair of every two classes anew at each step',
  },
  'Training:': {
    epochs: 'passes over the images; 0 for as many as make about 1,000 steps',
    stepsPerEpoch: 'steps between validations; 0 for one pass over the images',
    batchSize: 'images (or explicit pairs) a step',
    chunkSize: 'images that go through the network at once, so that a large batch fits in memory; 0 for all',
    imagesPerClass: 'images of each class in a batch',
    batchGroups: 'groups that a batch takes its classes from, for classes named group/name; 0 for all alike',
    rotateClasses: 'quarter turns of a class are classes of their own',
    optimizer: 'how steps are taken',
    learningRate: 'size of a step',
    momentum: 'share of the last step that the next one keeps, of sgd',
    nesterov: 'no look ahead along the momentum, of sgd',
    weightDecay: 'how much weights shrink a step, of adamw',
    l2: 'adds l2 · Σ weight² to the loss',
    averageDecay: 'share of the running mean of the weights that a step keeps; 0 for no mean',
    clipNorm: 'longest gradient; 0 for no limit',
    schedule: 'how the rate falls',
    warmUpSteps: 'steps from 0 to the full rate',
    stepEpochs: 'epochs between falls, for the step schedule',
    chooseBy: 'what the epoch that is kept is best at: accuracy on validation pairs, or the loss there',
    patience: 'stop after so many epochs without a better one; 0 for never',
  },
  'Images:': {
    augment: 'auto, none, or JSON: \'{"rotateDegrees": 15}\'',
    scalePixels: 'brightness as mean 0 and deviation 1, or from 0 to 1',
    classMultiple: 'keep only classes whose name is a whole number that this divides; 1 for all',
    maxImages: 'most images to train on; 0 for all',
    validation: 'held out to choose by: a fraction, or a number of images',
    test: 'held out to measure on',
    splitBy: 'hold out images, whole classes, whole groups of classes named group/name, or pairs alone',
    threshold: 'distance below which two images are the same; auto for the best on validation pairs',
    validationPairs: 'pairs that validate each epoch',
    validationEpisodes: '20-way 1-shot episodes that choose the epoch; 0: the pairs choose',
    testPairs: 'pairs of the final measurement',
  },
};
const KEYS = Object.values(GROUPS).flatMap((group) => Object.keys(group)) as FlagKey[];

const RESIZE_RULES: readonly ResizeRule[] = ['fit', 'cover', 'stretch'];

/** What `train` is told about the configuration, as commander has it. */
export type TrainFlags = Partial<Record<FlagKey, unknown>> &
  PixelFlags &
  LossFlags & {
    readonly config?: string;
    readonly preset?: string;
    readonly size?: readonly [number, number];
    readonly channels?: number;
    readonly resize?: ResizeRule;
    readonly seed?: number | string;
  };

/** Adds the flags of every configuration key to a verb. */
export function addTrainFlags(verb: Command): Command {
  const defaults = trainConfigSchema.parse({});
  for (const [heading, group] of Object.entries(GROUPS)) {
    verb.optionsGroup(heading);
    for (const [key, about] of Object.entries(group)) verb.addOption(flagOf(key as FlagKey, about, defaults));
    if (heading.startsWith('Network')) {
      addLossFlags(verb);
    }
    if (heading.startsWith('Network')) addPixelFlags(verb);
    if (heading.startsWith('Images')) {
      verb
        .option('--size <pixels>', 'input size, N or HxW (default: guessed from the images)', toSize)
        .option('--channels <n>', '1 for grey, 3 for colour (default: guessed)', toNumber)
        .addOption(new Option('--resize <rule>', 'how images get that size').choices(RESIZE_RULES));
    }
  }
  return verb;
}

/**
 * The settings that differ from the defaults: those of `--preset`, over them those of `--config`, and over them the flags.
 * @param hasPairs whether the data names its own pairs
 * @throws E_CONFIG, E_NOT_FOUND
 */
export async function readTrainFlags(
  flags: TrainFlags,
  set: ImageSet,
  hasPairs = false,
): Promise<TrainOptions> {
  const file: TrainOptions = {
    ...(flags.preset === undefined ? {} : (await readPreset(flags.preset)).config),
    ...(flags.config === undefined ? {} : await readConfigFile(flags.config)),
  };
  const defaults = trainConfigSchema.parse({});
  // Commander has a value for each --no-… flag, given or not.
  const isGiven = (key: FlagKey | 'seed') =>
    flags[key] !== undefined && !(typeof flags[key] === 'boolean' && flags[key] === defaults[key]);
  const given = Object.fromEntries(
    [...KEYS, 'seed' as const].filter(isGiven).map((key) => [key, flags[key]]),
  );
  const lossOptions = readLossFlags(flags);
  const options = { ...file, ...given } as TrainOptions;
  if (Object.keys(lossOptions).length > 0) options.lossOptions = { ...file.lossOptions, ...lossOptions };
  const pixels = composePixels(flags, file.pixels);
  if (pixels !== undefined) options.pixels = pixels;
  const image = await composeImage(flags, options, set);
  if (image !== undefined) options.image = image;
  readTrainConfig(options, hasPairs); // what is wrong with it is said here, before any work
  return options;
}

function flagOf(key: FlagKey, about: string, defaults: TrainConfig): Option {
  const value = defaults[key];
  const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (typeof value === 'boolean') return new Option(value ? `--no-${name}` : `--${name}`, about);
  const choices = choicesOf(key);
  const placeholder = typeof value === 'number' ? 'n' : choices.length > 0 ? 'name' : 'value';
  // Not commander's default: a flag that was not given must not override the file or a run that goes on.
  const option = new Option(`--${name} <${placeholder}>`, `${about} (default: ${value})`);
  if (key === 'augment') return option.argParser(toAugment);
  if (key === 'freeze') return option.argParser((text) => (Number.isNaN(Number(text)) ? text : Number(text)));
  if (key === 'backbone' || key === 'cut') return option;
  if (key === 'numPairs') return option.argParser((text) => (text === 'all' ? text : toNumber(text)));
  if (key === 'threshold') return option.argParser((text) => (text === 'auto' ? text : toNumber(text)));
  if (typeof value === 'number') return option.argParser(toNumber);
  return option.choices(choices);
}

/** The values of an enum in the schema. */
function choicesOf(key: FlagKey): string[] {
  const { unwrap } = trainConfigSchema.shape[key] as { unwrap?: () => ZodType & { options?: unknown } };
  const options = unwrap?.call(trainConfigSchema.shape[key]).options;
  // A loss of one's own is given by a program, not by a name.
  const isNamed = (option: unknown) => typeof option === 'string' && option !== CUSTOM_LOSS;
  return Array.isArray(options) ? options.filter(isNamed) : [];
}

async function readConfigFile(path: string): Promise<TrainOptions> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
      // As a run keeps it, with the name of its data: such a file can be given again.
      const { dataset: _, ...options } = json as TrainOptions & { dataset?: string };
      return options;
    }
    throw new TypeError('not an object');
  } catch (cause) {
    throw new SamesameError('E_CONFIG', {
      what: `${path} is not a configuration`,
      expected: 'a JSON object: {"epochs": 20, "loss": "triplet"}',
      received: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function composePixels(flags: TrainFlags, file: TrainOptions['pixels']): TrainOptions['pixels'] {
  const { pixelScale: scale, pixelMean, pixelDeviation, channelOrder: order } = flags;
  const oneOrEach = (values: typeof pixelMean) =>
    typeof values === 'object' && values.length === 1 ? values[0] : values;
  const [mean, deviation] = [oneOrEach(pixelMean), oneOrEach(pixelDeviation)];
  const given = Object.entries({ scale, mean, deviation, order }).filter(([, value]) => value !== undefined);
  return given.length === 0 ? file : { ...file, ...Object.fromEntries(given) };
}

/** The input size where any part of it is given; the rest is the backbone's own, or guessed from the images. */
async function composeImage(
  { size, channels, resize }: TrainFlags,
  { image: file, backbone = 'none', pixels }: TrainOptions,
  set: ImageSet,
): Promise<TrainOptions['image']> {
  if (size === undefined && channels === undefined && resize === undefined) return file;
  const known = file ?? (backbone === 'none' ? undefined : await readBackboneTarget(backbone, pixels, size));
  const { height, width, ...guessed } = known ?? (await guessPixelShape(set));
  return {
    height: size?.[0] ?? height,
    width: size?.[1] ?? width,
    channels: (channels as 1 | 3 | undefined) ?? guessed.channels,
    resize: resize ?? guessed.resize,
  };
}

function toAugment(text: string): unknown {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('Expected auto, none or JSON.');
  }
}
