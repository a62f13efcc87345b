import { type Command, Option } from 'commander';
import { SamesameError } from '../base/errors.ts';
import { demo, type FinishedDemo, PUBLISHED_BEST } from '../jobs/demo.ts';
import { formatCount, formatRate } from '../report/format.ts';
import { addCommonOptions, type CommonOptions, openRuntime, toCountFromZero } from './common.ts';
import { withInterrupt } from './interrupt.ts';
import { hasScreen, openBrowser } from './open-browser.ts';
import { createProgress } from './progress.ts';
import { runJson } from './results-json.ts';
import { printExamples, printFiles, printNext, printResults } from './results-text.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { untilStopped } from './until-stopped.ts';

interface DemoOptions extends CommonOptions {
  readonly quick?: boolean;
  readonly serve?: boolean;
  readonly port?: number;
  readonly out: string;
}

const BANNER = `Two handwritten digits: are they the same one?
A Siamese network learns that from 50,000 images of MNIST. Another 10,000 choose the epoch and the threshold, and
50,000 pairs of the 10,000 official test images say how good it is. No one tells it what a digit is: only which
images are the same.
`;

export function addDemo(verb: Command): void {
  verb
    .optionsGroup('Demo:')
    .option('--quick', 'one epoch over a part of the images: done in seconds, a little less accurate')
    .option('--serve', 'then open a page to compare, search and look around with it, until Ctrl-C')
    .addOption(
      new Option('--port <n>', 'of that page; 0 for any that is free (default: 0)').argParser(
        toCountFromZero,
      ),
    )
    .option('--out <dir>', 'run folder; a demo in it is replaced', 'runs/demo');
  addCommonOptions(verb, 'what the weights, the split and the pairs are drawn from (default: 1)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ samesame demo\n  $ samesame demo --serve\n  $ samesame demo --quick --json',
    )
    .action(runDemo);
}

async function runDemo(options: DemoOptions): Promise<void> {
  const { out, quick, seed, serve: isServed = false } = options;
  if (options.port !== undefined && !isServed) {
    throw new SamesameError('E_USAGE', {
      what: '--port is that of the page, and there is none',
      help: 'add --serve',
    });
  }
  const terminal = createTerminal(options);
  terminal.note(BANNER);
  const progress = createProgress(process.stderr, { quiet: terminal.quiet });
  const run = await withInterrupt(
    { advice: () => 'start the demo again to have it whole', onInterrupt: progress.stop },
    (signal) =>
      demo({
        out,
        quick,
        gallery: isServed,
        seed,
        signal,
        runtime: openRuntime(options),
        onEvent: progress.onEvent,
      }),
  ).finally(progress.stop);

  const { measurement, data } = run;
  const { value } = measurement.verification.accuracy;
  printResults(terminal, measurement, {
    name: data.set.name,
    images: `${formatCount(data.splits.test.length)} test images that nothing was chosen on`,
    isFixed: false,
  });
  terminal.print(
    `\nAccuracy ${formatRate(value)}; published best of a Siamese repository on such pairs: ${formatRate(PUBLISHED_BEST)}`,
  );
  printExamples(terminal, run.examples);
  printFiles(terminal, run);
  printNext(terminal, [
    ['ask about two images', `npx samesame compare ${run.model} ${run.pictures.different.join(' ')}`],
    ['measure it again', `npx samesame evaluate ${run.model} mnist`],
    ['train on your own', 'npx samesame train <a folder with one sub-folder per class>'],
    ...(run.store === undefined
      ? []
      : [['look at it again', `npx samesame serve ${run.run} --store ${run.store}`] as const]),
  ]);
  if (run.store === undefined) terminal.result(runJson(run));
  else await serveDemo({ ...run, store: run.store }, options, terminal);
}

/** The page over the model and its store, until somebody has seen enough. */
async function serveDemo(
  run: FinishedDemo & { readonly store: string },
  { port = 0, threads, provider }: DemoOptions,
  terminal: Terminal,
): Promise<void> {
  // Loaded here, as most demos serve nothing.
  const [{ pino }, { serve }] = await Promise.all([import('pino'), import('../serve/index.ts')]);
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: false }));
  const service = await serve({
    model: run.model,
    options: { port, store: run.store, threads, provider },
    log,
  });
  terminal.print(`\n${service.url}  is the page of this model; Ctrl-C stops it`);
  terminal.result({ ...runJson(run), url: service.url, store: run.store });
  const { platform, env } = process;
  if (hasScreen({ platform, env, isWatched: terminal.isWatched }) && !(await openBrowser(service.url)))
    terminal.print('open it in a browser: none could be started from here');
  await untilStopped(service);
}
