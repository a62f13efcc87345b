import { Command } from 'commander';
import { VERSION } from '../base/version.ts';
import { askForRequiredLast } from './required-options.ts';

interface Verb {
  readonly about: string;
  /** Adds arguments, options and the action. */
  readonly load: () => Promise<(verb: Command) => void>;
}

/** Each verb is loaded when it is asked for: `--help` and a wrong verb need not wait for a neural network runtime. */
const VERBS: Readonly<Record<string, Verb>> = {
  demo: {
    about: 'Learn from handwritten digits (MNIST) that came with the install, measure it, and look at it.',
    load: async () => (await import('./demo.ts')).addDemo,
  },
  train: {
    about: 'Learn what "same" means from images: works with no option at all.',
    load: async () => (await import('./train.ts')).addTrain,
  },
  evaluate: {
    about: 'Measure a model: every metric with its 95 % interval. Its threshold is never chosen here.',
    load: async () => (await import('./evaluate.ts')).addEvaluate,
  },
  calibrate: {
    about:
      'Fit the probability of a model on held-out images, and its three answers: same, different, unsure.',
    load: async () => (await import('./calibrate.ts')).addCalibrate,
  },
  drift: {
    about: 'Ask whether new images still look like those that a model was calibrated on.',
    load: async () => (await import('./drift.ts')).addDrift,
  },
  compare: {
    about: 'Ask whether two images show the same thing.',
    load: async () => (await import('./compare.ts')).addCompare,
  },
  report: {
    about:
      'Make the HTML report of a run again from what the run kept, or of an unfinished one as far as it came.',
    load: async () => (await import('./report.ts')).addReport,
  },
  embed: {
    about: 'Turn images into embeddings: numbers that lie close together where images show the same thing.',
    load: async () => (await import('./embed.ts')).addEmbed,
  },
  export: {
    about:
      'Write a model in another form: one ONNX file, 8 bits, half precision, bare parameters, a folder for the hub.',
    load: async () => (await import('./export.ts')).addExport,
  },
  index: {
    about: 'Keep the embeddings of folders of images in a store, and keep it up to date.',
    load: async () => (await import('./index-images.ts')).addIndex,
  },
  worker: {
    about: 'Work on a queue: embed the images that "index --queue" listed, on any number of machines.',
    load: async () => (await import('./worker.ts')).addWorker,
  },
  queue: {
    about: 'Tell how far a queue is; "queue retry" puts back what failed, "queue remove" forgets it.',
    load: async () => (await import('./queue.ts')).addQueue,
  },
  search: {
    about: 'Find the images of a store that are most like yours.',
    load: async () => (await import('./search.ts')).addSearch,
  },
  sweep: {
    about: 'Train many configurations over several seeds, and compare them in one table.',
    load: async () => (await import('./sweep.ts')).addSweep,
  },
  presets: {
    about: 'List the published experiments, and ours against them, that train --preset runs.',
    load: async () => (await import('./presets.ts')).addPresets,
  },
  datasets: {
    about: 'List public data sets with their licences; "datasets get NAME" fetches one.',
    load: async () => (await import('./datasets.ts')).addDatasets,
  },
  backbones: {
    about: 'List pretrained networks with their licences; "backbones get NAME" fetches one.',
    load: async () => (await import('./backbones.ts')).addBackbones,
  },
  cache: {
    about:
      'List what pretrained networks made of your images, kept for the next run; "cache clear" removes it.',
    load: async () => (await import('./cache.ts')).addCache,
  },
  inspect: {
    about: 'Look a data set over before training on it: bad files, copies, leaks, suspected label errors.',
    load: async () => (await import('./inspect.ts')).addInspect,
  },
  duplicates: {
    about:
      'Find what is there twice: the same file, the same picture, or cropped, resized, turned and marked copies.',
    load: async () => (await import('./duplicates.ts')).addDuplicates,
  },
  outliers: {
    about: 'Find the images of a data set that are unlike all others.',
    load: async () => (await import('./outliers.ts')).addOutliers,
  },
  mislabels: {
    about: 'Find labels that the other images speak against, with confidence.',
    load: async () => (await import('./mislabels.ts')).addMislabels,
  },
  cluster: {
    about: 'Put images into clusters of what looks alike.',
    load: async () => (await import('./cluster.ts')).addCluster,
  },
  sample: {
    about: 'Choose few images that cover the rest: what to label first.',
    load: async () => (await import('./sample.ts')).addSample,
  },
  map: {
    about: 'Draw what a model holds for alike: every image on a plane, as a page, an SVG or a PNG.',
    load: async () => (await import('./map.ts')).addMap,
  },
  serve: {
    about: 'Answer over HTTP: embeddings and comparisons; "serve token" makes and revokes tokens.',
    load: async () => (await import('./serve.ts')).addServe,
  },
};

/** The command line for these arguments: the verb that they name is whole, of the others only what the help lists. */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('samesame')
    .description('Learns from your images what "same" means. Then asks: are these two the same?')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [verb]', 'the same as VERB --help')
    .usage('<verb> [options]')
    .configureHelp({ subcommandTerm: (verb) => verb.name() })
    .commandsGroup('Verbs:')
    // A wrong option throws instead of ending the process, and is told where all errors are.
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addHelpText(
      'after',
      `
Examples:
  $ samesame demo                                   learn from MNIST, in minutes
  $ samesame train photos                           a folder with one sub-folder per class
  $ samesame train --preset protocol-b              digits in two dimensions, as published
  $ samesame compare runs/photos/model a.jpg b.jpg

Each verb has --help with examples of its own.
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 bad input data, 130 interrupted.`,
    );
  const asked = args.find((arg) => !arg.startsWith('-') && arg !== 'help');
  for (const [name, { about, load }] of Object.entries(VERBS)) {
    const verb = program.command(name).description(about);
    if (name === asked) (await load())(verb);
  }
  askForRequiredLast(program);
  return program;
}
