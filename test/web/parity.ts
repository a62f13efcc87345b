import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import type { Site } from '../../bench/web/site.mjs';
import { decodeImage, resizeImage } from '../../src/data/pixels/decode.ts';
import type { RawImage } from '../../src/data/pixels/netpbm.ts';
import type { Preset } from '../../src/jobs/presets.ts';
import { type Comparison, judge, loadModel, type Model } from '../../src/model/index.ts';
import { savePresetModel } from './preset-model.ts';
import type { WindowWithLibrary } from './window.ts';

export const AWKWARD = fileURLToPath(new URL('../../../shared/data/awkward-images', import.meta.url));

/** A file that Node decodes, put where the page finds its bytes and its decoded pixels. */
export interface SharedImage {
  /** Path below the folder. */
  readonly name: string;
  readonly path: string;
  readonly raw: RawImage;
}

/** Decodes files at their own size, and serves both. Files that Node refuses are left out. */
export async function shareImages(site: Site, names: readonly string[]): Promise<SharedImage[]> {
  await mkdir(join(site.files, 'images'), { recursive: true });
  const shared: SharedImage[] = [];
  for (const name of names) {
    const path = join(AWKWARD, name);
    const raw = await decodeWhole(path).catch(() => undefined);
    if (raw === undefined) continue;
    const { data, height, width, channels } = raw;
    const rgba = new Uint8Array(height * width * 4).fill(255);
    for (let i = 0; i < height * width; i++)
      for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[i * channels + (channels === 3 ? c : 0)];
    await writeFile(join(site.files, 'images', `${shared.length}.rgba`), rgba);
    await writeFile(join(site.files, 'images', `${shared.length}.bytes`), await readFile(path));
    shared.push({ name, path, raw });
  }
  return shared;
}

/** The pixels of a file at its own size, as `decodeImage` sees them before it makes them smaller. */
async function decodeWhole(path: string): Promise<RawImage> {
  const probe = { height: 8, width: 8, channels: 3, resize: 'stretch' } as const;
  await decodeImage(path, probe);
  if (['.bmp', '.ppm', '.pgm', '.pbm'].includes(extname(path))) {
    const { parseBmp } = await import('../../src/data/pixels/bmp.ts');
    const { parseNetpbm } = await import('../../src/data/pixels/netpbm.ts');
    const bytes = await readFile(path);
    return path.endsWith('.bmp') ? parseBmp(bytes, 1e8) : parseNetpbm(bytes, 1e8);
  }
  const { data, info } = await sharp(path, { failOn: 'error' })
    .autoOrient()
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, height: info.height, width: info.width, channels: info.channels as 1 | 3 };
}

export interface FileParity {
  readonly name: string;
  /** Largest difference of the two embeddings, made from the same decoded pixels; a share of the largest number where that is above 1. */
  readonly fromPixels: number;
  /** Cosine of the two, made from the same bytes; undefined where the browser does not decode the file. */
  readonly fromBytes?: number;
  /** What the browser says of the file that it does not decode. */
  readonly refused?: string;
}

export interface PresetParity {
  readonly files: readonly FileParity[];
  /** Of each file with the next, from the same decoded pixels. */
  readonly verdicts: readonly (readonly [node: Comparison, browser: Comparison])[];
}

/** One preset's model in Node and in the page, on all images. */
export async function compareRuntimes(
  site: Site,
  page: Page,
  preset: Preset,
  images: readonly SharedImage[],
): Promise<PresetParity> {
  const folder = join(site.files, preset.name);
  const { input, embeddingSize } = await savePresetModel(folder, preset, 0.5);
  let model: Model = await loadModel(folder);
  const pixels = await Promise.all(images.map(({ raw }) => resizeImage(raw, input)));
  const fromPixels = await Promise.all(pixels.map((each) => model.embed(each)));
  const fromBytes = await Promise.all(images.map(({ path }) => model.embedFile(path)));
  const distances: number[] = [];
  for (let i = 0; i + 1 < images.length; i++)
    distances.push((await model.distances(fromPixels[i], fromPixels[i + 1]))[0]);
  await model.close();
  // So that both verdicts occur, and no pair lies on the line.
  const sorted = distances.toSorted((a, b) => a - b);
  const middle = Math.max(1, sorted.length >> 1);
  const threshold = (sorted[middle - 1] + sorted[middle]) / 2;
  await savePresetModel(folder, preset, threshold);
  model = await loadModel(folder);
  const { config } = model;
  await model.close();

  const found = await page.evaluate(inPage, {
    folder: `/files/${preset.name}/`,
    sizes: images.map(({ raw: { height, width } }) => ({ height, width })),
  });
  const files = images.map(({ name }, i): FileParity => {
    const { pixels, bytes, refused } = found.files[i];
    let [largest, size] = [0, 1];
    for (let d = 0; d < embeddingSize; d++) {
      largest = Math.max(largest, Math.abs(fromPixels[i][d] - pixels[d]));
      size = Math.max(size, Math.abs(pixels[d]));
    }
    return {
      name,
      fromPixels: largest / size,
      ...(bytes === undefined ? { refused } : { fromBytes: cosine(fromBytes[i], bytes) }),
    };
  });
  return {
    files,
    verdicts: found.comparisons.map((comparison, i) => [judge(distances[i], config), comparison] as const),
  };
}

/** Runs in the page. */
async function inPage({
  folder,
  sizes,
}: {
  readonly folder: string;
  readonly sizes: readonly { readonly height: number; readonly width: number }[];
}) {
  const { samesame } = window as unknown as WindowWithLibrary;
  const model = await samesame.openModel(folder, { runtime: 'wasm' });
  const bytesOf = async (name: string) => (await fetch(`/files/images/${name}`)).blob();
  const imageOf = async (i: number) => {
    const rgba = await (await bytesOf(`${i}.rgba`)).arrayBuffer();
    return new ImageData(new Uint8ClampedArray(rgba), sizes[i].width, sizes[i].height);
  };
  const files: { pixels: number[]; bytes?: number[]; refused?: string }[] = [];
  const comparisons: Comparison[] = [];
  let before: ImageData | undefined;
  for (let i = 0; i < sizes.length; i++) {
    const image = await imageOf(i);
    const pixels = [...(await model.embed([image]))];
    const bytes = await model.embed([await bytesOf(`${i}.bytes`)]).catch((error: Error) => error);
    files.push(bytes instanceof Error ? { pixels, refused: bytes.message } : { pixels, bytes: [...bytes] });
    if (before !== undefined) comparisons.push(await model.compare(before, image));
    before = image;
  }
  await model.close();
  return { files, comparisons };
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, ownA, ownB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    ownA += a[i] ** 2;
    ownB += b[i] ** 2;
  }
  return product / Math.sqrt(ownA * ownB);
}
