/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';
import { checkOptionNames } from '../../base/suggest.ts';
import { fromWire } from '../errors.ts';
import { asFolder, checkHeaders, sendable } from '../sendable.ts';
import { listImages } from './list-images.ts';
import type { TeachReply, TeachRequest } from './messages.ts';
import type { TaughtModel, Teaching, TeachOptions } from './types.ts';
import { zipModel } from './zip-model.ts';

const OPTION_NAMES = [
  ...[
    'groups',
    'name',
    'size',
    'channels',
    'resize',
    'network',
    'base',
    'headers',
    'epochs',
    'seconds',
    'seed',
  ],
  ...['numThreads', 'wasmPaths', 'workerUrl', 'onEvent'],
];

/**
 * Trains a model of what belongs together, in a worker of this tab. Nothing leaves the machine. When it is done the worker
 * is gone, and its memory with it.
 * @throws (by `done`) as `Teaching` says
 * @example
 * const teaching = teach({
 *   groups: [{ name: 'mugs', images: mugFiles }, { name: 'bowls', images: bowlFiles }],
 *   onEvent: (event) => event.kind === 'epoch' && show(event.epoch, event.validation.accuracy.value),
 * });
 * const { summary, files } = await teaching.done;
 * summary.words; // 'It tells 96 of 100 pairs right, of 300 images that it had not seen; …'
 * const model = await openModel(files);
 */
export function teach(options: TeachOptions): Teaching {
  let worker: Worker | undefined;
  let reject: (reason: unknown) => void = () => {};
  const end = () => {
    worker?.terminate();
    worker = undefined;
  };
  const done = new Promise<TaughtModel>((resolve, rejectDone) => {
    reject = rejectDone;
    // What can be known to be wrong is said before anything is loaded.
    checkOptions(options);
    const { onEvent, workerUrl, wasmPaths, base, headers, ...sent } = options;
    worker = start(workerUrl);
    worker.onmessage = ({ data }: MessageEvent<TeachReply>) => {
      if ('event' in data) {
        onEvent?.(data.event);
        return;
      }
      end();
      if ('error' in data) rejectDone(fromWire(data.error));
      else resolve({ ...data, toZip: () => zipModel(data.files) });
    };
    worker.onerror = ({ message }) => {
      end();
      rejectDone(
        new SamesameError('E_RUNTIME', {
          what: 'the worker that trains could not be started, or broke',
          received: message || 'no reason that the browser tells',
          help: 'see that the worker file is served, or name it by workerUrl',
        }),
      );
    };
    worker.postMessage({
      kind: 'start',
      options: {
        ...sent,
        base: base === undefined ? undefined : sendable(base),
        headers: headers && { ...headers },
        wasmPaths: wasmPaths === undefined ? undefined : asFolder(wasmPaths),
      },
    } satisfies TeachRequest);
  }).catch((error) => {
    end();
    throw error;
  });
  return {
    done,
    stop: () => worker?.postMessage({ kind: 'stop' } satisfies TeachRequest),
    cancel() {
      end();
      reject(new DOMException('the training was cancelled', 'AbortError'));
    },
  };
}

function start(workerUrl: TeachOptions['workerUrl']): Worker {
  // Written out in full, because bundlers look for these very words.
  return workerUrl === undefined
    ? new Worker(new URL('./teach-worker.js', import.meta.url), { type: 'module', name: 'samesame-teach' })
    : new Worker(workerUrl, { type: 'module', name: 'samesame-teach' });
}

/** @throws E_CONFIG, and what `listImages` says of the groups */
function checkOptions(options: TeachOptions): void {
  checkOptionNames('teach', options, OPTION_NAMES);
  listImages(options.groups);
  if (options.headers !== undefined) checkHeaders(options.headers, options.base);
  const { size, channels, epochs, seconds, numThreads } = options;
  const settled = (['network', 'size', 'channels', 'resize'] as const).find(
    (key) => options[key] !== undefined,
  );
  if (options.base !== undefined && settled !== undefined) {
    throw new SamesameError('E_CONFIG', {
      what: `the option ${settled} has no effect on a model that a training starts from`,
      expected: `base without ${settled}: the model has its own`,
      help: 'leave one of them out',
      details: { option: settled },
    });
  }
  const isWhole = (value: number, low: number, high: number) =>
    Number.isInteger(value) && value >= low && value <= high;
  if (size !== undefined && !isWhole(size, 8, 128))
    throw outOfRange('size', 'a whole number from 8 to 128', size);
  if (channels !== undefined && channels !== 1 && channels !== 3)
    throw outOfRange('channels', '1 (grey) or 3 (colour)', channels);
  if (epochs !== undefined && !isWhole(epochs, 1, 1000))
    throw outOfRange('epochs', 'a whole number from 1 to 1000', epochs);
  if (seconds !== undefined && !(seconds > 0)) throw outOfRange('seconds', 'a number above 0', seconds);
  if (numThreads !== undefined && !isWhole(numThreads, 1, 64))
    throw outOfRange('numThreads', 'a whole number from 1', numThreads);
}

function outOfRange(option: string, expected: string, received: unknown): SamesameError {
  return new SamesameError('E_CONFIG', {
    what: `the option ${option} is out of range`,
    expected,
    received: String(received),
    details: { option },
  });
}
