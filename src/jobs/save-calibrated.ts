import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SamesameError } from '../base/errors.ts';
import { writeFolderAtomic } from '../base/files.ts';
import { type ModelConfig, modelConfigSchema } from '../model/config.ts';
import { withCalibration } from '../report/index.ts';
import { drawReference, encodeReference } from './make-reference.ts';
import { REFERENCE_FILE } from './reference.ts';

/** Embeddings of the images that a model was calibrated on. */
export interface CalibratedImages {
  /** float32 `[images.length, D]`. */
  readonly embeddings: Float32Array;
  readonly images: Int32Array;
  readonly seed: string | number;
}

/**
 * Writes a model folder again with another configuration and reference, whole or not at all; what else lies in it goes
 * along.
 * @param folder of the model, or of a run
 * @param out where to. Default: in place of the model.
 * @returns the folder that was written
 * @throws E_CONFIG where `out` is a folder without a model in it; E_MODEL, E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function saveCalibrated(
  folder: string,
  out: string | undefined,
  config: ModelConfig,
  { embeddings, images, seed }: CalibratedImages,
): Promise<string> {
  const source = await modelFolderOf(folder);
  const target = out ?? source;
  const checked = modelConfigSchema.parse(config);
  const size = embeddings.length / images.length;
  const drawn = drawReference(images, seed);
  const place = new Map(Array.from(images, (image, i) => [image, i]));
  const rows = new Float32Array(drawn.length * size);
  for (const [row, image] of drawn.entries()) {
    const at = place.get(image)! * size;
    rows.set(embeddings.subarray(at, at + size), row * size);
  }
  const { name, fingerprint } = checked.answers!.data;
  const reference = encodeReference(rows, drawn.length, {
    encoder: checked.encoder.sha256,
    data: { name, fingerprint },
  });
  const card = await readFile(join(source, 'README.md'), 'utf8').catch(() => '');
  if (resolve(target) !== resolve(source)) await checkReplaceable(target);
  await writeFolderAtomic(target, async (temporary) => {
    await cp(source, temporary, { recursive: true });
    await writeFile(join(temporary, REFERENCE_FILE), reference, { flush: true });
    await writeFile(join(temporary, 'README.md'), withCalibration(card, checked.answers!), { flush: true });
    await writeFile(join(temporary, 'config.json'), `${JSON.stringify(checked, null, 2)}\n`, { flush: true });
  });
  return target;
}

/** The folder that `loadModel` reads. */
async function modelFolderOf(folder: string): Promise<string> {
  const inside = join(folder, 'model');
  return readFile(join(inside, 'config.json')).then(
    () => inside,
    () => folder,
  );
}

/** Only a model is replaced: any other folder would be lost with all that is in it. @throws E_CONFIG */
async function checkReplaceable(target: string): Promise<void> {
  const text = await readFile(join(target, 'config.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (text?.includes('"samesame-model"')) return;
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    return error.code === 'ENOENT' ? [] : [target];
  });
  if (names.length === 0) return;
  throw new SamesameError('E_CONFIG', {
    what: `${target} is there and is no model`,
    expected: 'a new folder, an empty one, or one of a model, which is replaced',
    help: 'name another folder',
    details: { option: 'out' },
  });
}
