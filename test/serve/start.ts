import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { createRandom } from '../../src/base/random.ts';
import { type RunningService, type ServeOptions, serve } from '../../src/serve/index.ts';
import { CLASS_NAMES, drawImage } from '../tiny-images.ts';
import { saveTinyModel, type TinyModelOptions } from './tiny-model.ts';

export interface StartedService extends RunningService {
  /** Folder of its own; the model is in `model/`. */
  readonly folder: string;
  /** Every line of the log so far. */
  readonly logLines: () => Record<string, unknown>[];
  readonly logText: () => string;
  stop(): Promise<void>;
}

/** A service over an untrained model, on a port of its own, with one thread. */
export async function startService(
  options: ServeOptions = {},
  model: TinyModelOptions = {},
): Promise<StartedService> {
  const folder = await mkdtemp(join(tmpdir(), 'samesame-serve-'));
  await saveTinyModel(join(folder, 'model'), model);
  let text = '';
  const lines = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const service = await serve({
    model: folder,
    options: { port: 0, threads: 1, watchMs: 0, shutdownTimeoutMs: 5000, ...options },
    log: pino(lines),
  });
  return {
    ...service,
    folder,
    logText: () => text,
    logLines: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
    async stop() {
      await service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One generated PNG; equal for equal numbers. */
export async function pngOf(i: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await drawImage(CLASS_NAMES[i % CLASS_NAMES.length], createRandom(`serve/${i}`)));
}

/** A form with these images. */
export function formOf(...images: readonly (Uint8Array<ArrayBuffer> | string)[]): FormData {
  const form = new FormData();
  for (const [i, image] of images.entries()) form.append('image', new Blob([image]), `${i}.png`);
  return form;
}
