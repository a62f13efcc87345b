import { type Command, Option } from 'commander';
import { pino } from 'pino';
import { type ServeOptions, serve } from '../serve/index.ts';
import { addCommonOptions, type CommonOptions, toCount, toCountFromZero } from './common.ts';
import { addServeToken } from './serve-token.ts';
import { createTerminal } from './terminal.ts';
import { untilStopped } from './until-stopped.ts';

interface ServeVerbOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: number;
  readonly tokens?: string;
  readonly store?: string;
  readonly moveTo?: string;
  readonly run?: readonly string[];
  readonly insecure?: boolean;
  readonly corsOrigin?: readonly string[];
  readonly allowUrls?: readonly string[];
  readonly batchSize?: number;
  readonly batchWindow?: number;
  readonly queue?: number;
  readonly maxRequests?: number;
  readonly maxConnections?: number;
  readonly maxBody?: number;
  readonly maxHeld?: number;
  readonly maxPixels?: number;
  readonly maxImages?: number;
  readonly timeout?: number;
  readonly bodyTimeout?: number;
  readonly watch: boolean;
  readonly logLevel: string;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

export function addServe(verb: Command): void {
  verb
    // Options behind "token" are its own.
    .enablePositionalOptions()
    .argument('<model>', 'folder of a model, or of a run')
    .usage('[options] <model>\n       samesame serve token <add|list|revoke> [options]')
    .optionsGroup('Who may ask:')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1, this machine alone)')
    .addOption(
      new Option('--port <n>', 'port; 0 for any that is free (default: 8080)').argParser(toCountFromZero),
    )
    .option('--tokens <file>', 'let in only bearers of these tokens; see "serve token add --help"')
    .option('--insecure', 'listen beyond this machine although there are no tokens')
    .option('--cors-origin <origin...>', 'origins whose pages may ask: https://shop.example (default: none)')
    .option('--allow-urls <host...>', 'hosts that images may be fetched from (default: none)')
    .optionsGroup('Store:')
    .option(
      '--store <address>',
      'search in it and add to it: a folder, or postgres://user:password@host/database?store=name (default: none)',
    )
    .option(
      '--move-to <folder>',
      'let bearers of a token with the scope write move files of the store’s images there, and back (default: nothing is moved)',
    )
    .optionsGroup('Report:')
    .option(
      '--run <folder...>',
      'runs that the page shows under Report, live while samesame train goes on (default: none)',
    )
    .optionsGroup('Batches:')
    .addOption(count('--batch-size <n>', 'images that the network is given at once (default: 16)'))
    .addOption(
      new Option(
        '--batch-window <ms>',
        'how long a first image waits for others while a thread is free (default: 2)',
      ).argParser(toCountFromZero),
    )
    .optionsGroup('Limits:')
    .addOption(count('--queue <n>', 'images that are worked on or wait; then 503 (default: 256)'))
    .addOption(count('--max-requests <n>', 'requests with images at once; then 503 (default: 256)'))
    .addOption(count('--max-connections <n>', 'connections at once (default: 1024)'))
    .addOption(count('--max-images <n>', 'images a request (default: 32)'))
    .addOption(count('--max-body <MB>', 'size of a request (default: 20)'))
    .addOption(count('--max-held <MB>', 'size of all requests that are held at once (default: 256)'))
    .addOption(count('--max-pixels <n>', 'pixels of an image (default: 50000000)'))
    .addOption(count('--timeout <s>', 'for a request to be answered (default: 60)'))
    .addOption(count('--body-timeout <s>', 'for a request to arrive (default: 30)'))
    .optionsGroup('Service:')
    .option('--no-watch', 'load a changed model folder on SIGHUP alone')
    .addOption(
      new Option('--log-level <level>', 'lines of JSON on stderr').choices(LOG_LEVELS).default('info'),
    );
  addCommonOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame serve runs/photos
  $ curl -F image=@a.jpg -F image=@b.jpg http://127.0.0.1:8080/v1/compare
  $ samesame serve runs/photos --run runs/photos-2 --run runs/photos-3
  $ samesame serve token add --tokens tokens.json --id shop --days 90
  $ samesame serve runs/photos --host 0.0.0.0 --tokens tokens.json --cors-origin https://shop.example

http://127.0.0.1:8080/ tells what can be asked. SIGHUP loads the model again; SIGTERM and Ctrl-C stop the service when it
has answered what it accepted. With --json one line {"url": …} tells on stdout that it listens.`,
    )
    .action(runServe);
  addServeToken(verb.command('token').description('Make, list and revoke tokens.'));
}

async function runServe(model: string, options: ServeVerbOptions): Promise<void> {
  const terminal = createTerminal(options);
  const level = terminal.quiet && options.logLevel === 'info' ? 'warn' : options.logLevel;
  const log = pino({ level }, pino.destination({ dest: 2, sync: false }));
  const service = await serve({ model, options: toServeOptions(options), log });
  terminal.print(`${service.url}  answers; Ctrl-C stops it`);
  terminal.result({ url: service.url, port: service.port, pid: process.pid });
  await untilStopped(service);
  await new Promise<void>((resolve) => log.flush(() => resolve()));
}

function toServeOptions(options: ServeVerbOptions): ServeOptions {
  const { maxBody, maxHeld, timeout, bodyTimeout } = options;
  const times = (value: number | undefined, factor: number) =>
    value === undefined ? undefined : value * factor;
  return {
    host: options.host,
    port: options.port,
    tokens: options.tokens,
    store: options.store,
    moveTo: options.moveTo,
    runs: options.run,
    insecure: options.insecure,
    corsOrigins: options.corsOrigin,
    allowUrls: options.allowUrls,
    threads: options.threads,
    provider: options.provider,
    batchSize: options.batchSize,
    batchWindowMs: options.batchWindow,
    maxQueue: options.queue,
    maxRequests: options.maxRequests,
    maxConnections: options.maxConnections,
    maxImages: options.maxImages,
    maxBodyBytes: times(maxBody, 2 ** 20),
    maxHeldBytes: times(maxHeld, 2 ** 20),
    maxPixels: options.maxPixels,
    requestTimeoutMs: times(timeout, 1000),
    bodyTimeoutMs: times(bodyTimeout, 1000),
    watchMs: options.watch ? undefined : 0,
  };
}

function count(flags: string, description: string): Option {
  return new Option(flags, description).argParser(toCount);
}
