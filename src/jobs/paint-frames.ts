import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { ImageSet } from '../data/types.ts';
import { fitPca, type MapPoint } from '../projection/index.ts';
import { createStamps, paintFrame } from '../report/animation/paint-frame.ts';
import { boundsOf } from '../report/figures/map-layout.ts';
import { formatCount } from '../report/format.ts';
import type { TrainEvent } from '../train/progress.ts';
import { decodeSafetensors } from '../train/safetensors.ts';
import { drawImages } from './map-images.ts';

/** Images in a frame: more would only hide each other. */
const MAX_IMAGES = 1000;
/** Frames of the animation, drawn evenly from those kept: 25 seconds. */
export const MAX_PAGES = 200;
/** Share of points that may lie outside on each side: one stray must not make all others small. */
const TRIM = 0.003;

/** The sample of a run's test images that its frames show: the same whenever it is asked for. */
export function chooseFrameImages(test: Int32Array, seed: string | number): Int32Array {
  return drawImages(test, MAX_IMAGES, seed);
}

export interface PaintOptions {
  /** The run's folder. */
  readonly run: string;
  /** Of the run: frames of another one are not shown. Default: all are shown. */
  readonly identity?: string;
  readonly set: ImageSet;
  readonly pixels: PixelStore;
  /** Those in the frames. */
  readonly images: Int32Array;
  readonly embeddingSize: number;
  readonly onEvent?: (event: TrainEvent) => void;
}

/**
 * Paints the frames that a run has kept, beside the numbers that they are made from.
 * @returns PNG bytes of the pages of their animation: all, or 200 of them from the first to the last
 * @throws E_NOT_FOUND where the run has kept none of these images
 */
export async function paintFrames(options: PaintOptions): Promise<Buffer[]> {
  const { run, identity, set, pixels, images, embeddingSize, onEvent } = options;
  const folder = framesFolder(run);
  const frames = await readFrames(folder, identity, images.length, embeddingSize);
  if (frames.length === 0) throw noFrames(run);
  const { height, width, channels } = pixels.shape;
  const bytes = new Uint8Array(images.length * height * width * channels);
  await pixels.gather(images, bytes);
  const labels = Array.from(images, (index) => set.labels[index]);
  const stamps = await createStamps({ pixels: bytes, shape: pixels.shape, labels });
  const placed = placeFrames(frames, images.length);
  const bounds = boundsOf(
    placed.flatMap(({ points }) => points),
    TRIM,
  );
  const painted: Buffer[] = [];
  for (const { step, points } of placed) {
    const title = `${basename(set.name)}, step ${formatCount(step)}`;
    const picture = await paintFrame(stamps, points, bounds, title);
    await writeFileAtomic(join(folder, `${nameOfFrame(step)}.png`), picture);
    painted.push(picture);
    onEvent?.({ kind: 'stage', stage: 'frames', done: painted.length, total: placed.length });
  }
  return evenly(painted, MAX_PAGES);
}

function noFrames(run: string): SamesameError {
  return new SamesameError('E_NOT_FOUND', {
    what: `${run} has no frames to animate`,
    expected: 'the folder of a run that kept frames of the images that it held out',
    help: 'train with --every 100 to keep one every hundred steps',
  });
}

interface Frame {
  readonly step: number;
  readonly embeddings: Float32Array;
}

/** The frames of a run by step. What was cut, or is of another run, is left out: frames can be made again. */
async function readFrames(
  folder: string,
  identity: string | undefined,
  numImages: number,
  size: number,
): Promise<Frame[]> {
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => /^step-\d+\.safetensors$/.test(name))
    .sort();
  const frames: Frame[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const bytes = await readFile(path).catch((error) => {
      throw errorFromSystem(error, `reading ${path}`);
    });
    const file = tryDecode(bytes, path);
    const embeddings = file?.tensors.get('embeddings')?.data;
    if (file === undefined || embeddings?.length !== numImages * size) continue;
    if (identity !== undefined && file.metadata.identity !== identity) continue;
    frames.push({ step: Number(file.metadata.step), embeddings });
  }
  return frames;
}

function tryDecode(bytes: Uint8Array, path: string) {
  try {
    return decodeSafetensors(bytes, path);
  } catch {
    return undefined;
  }
}

/**
 * All frames in the same axes: the embedding's own two, or those in which the last frame spreads most. Each frame is
 * moved to its own middle, because a distance does not know where all images together lie.
 */
function placeFrames(frames: readonly Frame[], numImages: number): { step: number; points: MapPoint[] }[] {
  const last = frames.at(-1);
  if (last === undefined) return [];
  const isPlane = last.embeddings.length === 2 * numImages;
  const plane = isPlane ? undefined : fitPca(last.embeddings, numImages);
  return frames.map(({ step, embeddings }) => ({
    step,
    points: centred(
      plane?.project(embeddings, numImages) ??
        Array.from({ length: numImages }, (_, i): MapPoint => [embeddings[2 * i], embeddings[2 * i + 1]]),
    ),
  }));
}

function centred(points: readonly MapPoint[]): MapPoint[] {
  const mean = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  return points.map(([x, y]) => [x - mean[0], y - mean[1]]);
}

/** At most `count` of the items, the first and the last among them. */
export function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]);
}

export function framesFolder(out: string): string {
  return join(out, 'frames');
}

/** Sorted by name is sorted by step. */
export function nameOfFrame(step: number): string {
  return `step-${String(step).padStart(7, '0')}`;
}
