import { availableParallelism } from 'node:os';
import { SamesameError } from '../base/errors.ts';
import { checkOptionNames } from '../base/suggest.ts';
import { PAGE_FOLDER } from './page/page-files.ts';

/** What one client, and all of them together, may ask of the service. */
export interface Limits {
  /** Bytes of a request's body. Default 20 MiB: a photo of any camera, or 32 that were made smaller. */
  readonly maxBodyBytes: number;
  /** Bytes of all bodies that are held at once. Default 256 MiB: what a small machine can spare. */
  readonly maxHeldBytes: number;
  /** Pixels of an image. Default 50 million: cameras of today, unpacked in 150 MB. */
  readonly maxPixels: number;
  /** Images a request. Default 32. */
  readonly maxImages: number;
  /** Requests with images that are worked on at once. Default 256; further ones are told to come back. */
  readonly maxRequests: number;
  /** Images of all requests that are worked on or wait. Default 256; further ones are told to come back. */
  readonly maxQueue: number;
  /** Connections at once. Default 1024; further ones are closed. */
  readonly maxConnections: number;
  /** Milliseconds in which the headers of a request must have come. Default 10 s. */
  readonly headersTimeoutMs: number;
  /** Milliseconds in which a request must have come whole. Default 30 s. */
  readonly bodyTimeoutMs: number;
  /** Milliseconds that a request may take from when it was accepted. Default 60 s; then it is told to come back. */
  readonly requestTimeoutMs: number;
}

export interface ServeOptions extends Partial<Limits> {
  /** Address to listen on. Default 127.0.0.1: this machine alone. */
  readonly host?: string;
  /** Default 8080; 0 for any that is free. */
  readonly port?: number;
  /** File of tokens, as `samesame serve token add` writes it. Without one everybody who reaches the port may ask. */
  readonly tokens?: string;
  /**
   * Store to search in and to add to: a folder, or `postgres://…?store=name`. Made where it is not there yet. Default: none.
   */
  readonly store?: string;
  /**
   * Folder that files of images of the store may be moved to, and back, by those who may change what is stored. Made where it is
   * not there yet. Default: none, and nothing is moved.
   */
  readonly moveTo?: string;
  /** Folders of runs that the page's Report shows, while they go on and afterwards. Default: none. */
  readonly runs?: readonly string[];
  /** Folder of the page for people, as it was built. Default: that of the package; without one `/` tells what can be asked. */
  readonly page?: string;
  /** Listen beyond this machine although there are no tokens. Default false. */
  readonly insecure?: boolean;
  /** Origins whose pages may ask: `https://shop.example`. Default: none but the service's own. */
  readonly corsOrigins?: readonly string[];
  /** Hosts that images may be fetched from: `images.example.org`, or an origin. Default: none. */
  readonly allowUrls?: readonly string[];
  /** Threads that run the model. Default: one a core. */
  readonly threads?: number;
  /** Where graphs run: `cpu` (default), or `cuda`, `coreml`, `dml` where installed. */
  readonly provider?: string;
  /** Images that the network is given at once. Default 16: more gains nothing on a processor, and takes longer to answer. */
  readonly batchSize?: number;
  /** Milliseconds that a first image waits for others while a thread is free. Default 2. */
  readonly batchWindowMs?: number;
  /** Milliseconds between two looks whether the model's folder has changed. Default 2,000; 0 for none. */
  readonly watchMs?: number;
  /** Milliseconds that accepted requests are given when the service stops. Default 30 s. */
  readonly shutdownTimeoutMs?: number;
}

/** Every option with its value. */
export type ServeSettings = Required<Omit<ServeOptions, 'tokens' | 'provider' | 'store' | 'moveTo'>> &
  Pick<ServeOptions, 'tokens' | 'provider' | 'store' | 'moveTo'>;

const DEFAULTS: ServeSettings = {
  host: '127.0.0.1',
  port: 8080,
  tokens: undefined,
  store: undefined,
  moveTo: undefined,
  runs: [],
  page: PAGE_FOLDER,
  insecure: false,
  corsOrigins: [],
  allowUrls: [],
  threads: availableParallelism(),
  provider: undefined,
  batchSize: 16,
  batchWindowMs: 2,
  watchMs: 2000,
  shutdownTimeoutMs: 30_000,
  maxBodyBytes: 20 * 2 ** 20,
  maxHeldBytes: 256 * 2 ** 20,
  maxPixels: 50_000_000,
  maxImages: 32,
  maxRequests: 256,
  maxQueue: 256,
  maxConnections: 1024,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 30_000,
  requestTimeoutMs: 60_000,
};

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '::1'];
const ZERO_IS_FINE: readonly (keyof ServeSettings)[] = ['port', 'batchWindowMs', 'watchMs'];

/**
 * Options with their defaults, checked.
 * @throws E_CONFIG for an unknown name, a value out of range, or an open door without a lock
 */
export function readServeOptions(options: ServeOptions): ServeSettings {
  checkOptionNames('serve', options, Object.keys(DEFAULTS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings: ServeSettings = { ...DEFAULTS, ...given };
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value !== 'number') continue;
    const least = ZERO_IS_FINE.includes(name as keyof ServeSettings) ? 0 : 1;
    if (Number.isInteger(value) && value >= least && value <= Number.MAX_SAFE_INTEGER) continue;
    throw new SamesameError('E_CONFIG', {
      what: `the option ${name} of serve is out of range`,
      expected: `a whole number from ${least}`,
      received: String(value),
      details: { option: name },
    });
  }
  checkTogether(settings);
  return settings;
}

/** Whether only programs of this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function checkTogether(settings: ServeSettings): void {
  const { host, tokens, store, moveTo, insecure, port, maxQueue, maxImages, maxHeldBytes, maxBodyBytes } =
    settings;
  if (!isLoopback(host) && tokens === undefined && !insecure) {
    throw new SamesameError('E_CONFIG', {
      what: `listening on ${host} without tokens would let everybody in who reaches it`,
      expected: 'a file of tokens (--tokens), or a loopback address',
      received: `host ${host}, no tokens`,
      help: 'make a token: samesame serve token add --tokens tokens.json --id NAME; or say --insecure',
      details: { option: 'host' },
    });
  }
  if (moveTo !== undefined && store === undefined) {
    throw new SamesameError('E_CONFIG', {
      what: 'without a store there is nothing to move',
      expected:
        'a store whose images are moved (--store) beside the folder that they are moved to (--move-to)',
      received: `moveTo ${moveTo}, no store`,
      details: { option: 'moveTo' },
    });
  }
  if (port > 65535) throw outOfRange('port', 'at most 65535', port);
  if (maxQueue < maxImages) throw outOfRange('maxQueue', `at least maxImages, ${maxImages}`, maxQueue);
  if (maxHeldBytes < maxBodyBytes)
    throw outOfRange('maxHeldBytes', `at least maxBodyBytes, ${maxBodyBytes}`, maxHeldBytes);
}

function outOfRange(option: string, expected: string, received: number): SamesameError {
  return new SamesameError('E_CONFIG', {
    what: `the option ${option} of serve is out of range`,
    expected,
    received: String(received),
    details: { option },
  });
}
