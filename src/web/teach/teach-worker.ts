/// <reference lib="dom" />
import { toWire } from '../errors.ts';
import { type ModelBytes, readModel } from '../model/read-model.ts';
import { runtimesFor } from '../model/runtime.ts';
import { chooseTarget } from './choose-target.ts';
import { listImages } from './list-images.ts';
import type { SentOptions, TeachReply, TeachRequest } from './messages.ts';
import { openBase } from './open-base.ts';
import { readImages } from './read-images.ts';
import { teachImages } from './teach-images.ts';
import type { TeachEvent } from './types.ts';

/** The part of a dedicated worker's global that is used here; TypeScript's own types of workers clash with the page's. */
interface WorkerScope {
  postMessage(message: TeachReply, transfer?: readonly Transferable[]): void;
  onmessage: ((event: MessageEvent<TeachRequest>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
let isStopped = false;

scope.onmessage = ({ data }) => {
  if (data.kind === 'stop') isStopped = true;
  else run(data.options).catch((error) => scope.postMessage({ error: toWire(error) }));
};

async function run(options: SentOptions): Promise<void> {
  const startMs = performance.now();
  const emit = throttled((event) => scope.postMessage({ event }));
  const listed = listImages(options.groups);
  emit({ kind: 'prepare', stage: 'load', done: 0, total: 1 });
  // Whatever graphics there is: the same images and the same seed give the same model.
  const { wasmPaths, numThreads: wanted = spareThreads() } = options;
  const [open] = await runtimesFor({ wasmPaths, numThreads: wanted, runtime: 'wasm' });
  const { runtime, numThreads } = await open();
  emit({ kind: 'prepare', stage: 'load', done: 1, total: 1 });
  const total = listed.length;
  const base = options.base === undefined ? undefined : openBase(await readBase(options));
  const images = await readImages(listed, base?.target ?? (await chooseTarget(listed, options)), {
    name: options.name ?? 'images taught in the browser',
    onProgress: (done) => emit({ kind: 'prepare', stage: 'decode', done, total }),
  });
  const { files, summary } = await teachImages({
    images,
    placeOf: (index) => listed[index].place,
    options,
    base,
    runtime,
    numThreads,
    startMs,
    emit,
    pause: async () => {
      await otherMessages();
      return isStopped;
    },
  });
  scope.postMessage(
    { files, summary },
    [...files.values()].map(({ buffer }) => buffer as ArrayBuffer),
  );
}

function readBase({ base, headers }: SentOptions): Promise<ModelBytes> {
  return readModel(base!, { headers, onProgress: () => {}, signal: new AbortController().signal });
}

const MAX_THREADS = 4;

/** A core stays with the page: a thread that waits for a core makes all the others wait, and the page with them. */
function spareThreads(): number {
  return Math.max(1, Math.min(MAX_THREADS, (navigator.hardwareConcurrency || 1) - 1));
}

const INTERVAL_MS = 100;

/** Passes on what happens often ten times a second, and its last; everything else at once. */
function throttled(send: (event: TeachEvent) => void): (event: TeachEvent) => void {
  let lastMs = 0;
  return (event) => {
    const isLast =
      (event.kind === 'step' && event.step === event.stepsPerEpoch) ||
      (event.kind === 'prepare' && event.done === event.total);
    const isOften =
      event.kind === 'step' ||
      (event.kind === 'prepare' && (event.stage === 'decode' || event.stage === 'features'));
    const now = performance.now();
    if (isOften && !isLast && now - lastMs < INTERVAL_MS) return;
    if (isOften) lastMs = now;
    send(event);
  };
}

/** Lets the worker read its messages: promises alone do not. */
function otherMessages(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
