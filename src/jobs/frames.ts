import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import type { ParameterValues } from '../model/encoder-graph.ts';
import { fitPca, type MapPoint } from '../projection/index.ts';
import { animate } from '../report/animation/animate.ts';
import { createStamps, paintFrame } from '../report/animation/paint-frame.ts';
import { boundsOf } from '../report/figures/map-layout.ts';
import { formatCount } from '../report/format.ts';
import type { TrainEvent } from '../train/progress.ts';
import { decodeSafetensors, encodeSafetensors } from '../train/safetensors.ts';
import { type ModelDesign, openParts } from './design.ts';
import { embedStore } from './embed-store.ts';
import { drawImages } from './map-images.ts';
import type { PreparedData } from './prepare.ts';

/** Keeps where a fixed sample of the test images lies while the network learns. */
export interface FrameRecorder {
  /** Keeps a frame where one is due after this many steps of the run. */
  keep(step: number, read: () => ParameterValues): Promise<void>;
  /** Keeps the last frame, paints all of them and joins them. @returns path of the animation */
  finish(step: number, read: () => ParameterValues): Promise<string>;
}

export interface FrameOptions {
  /** The run's folder. */
  readonly out: string;
  /** Steps from frame to frame. */
  readonly every: number;
  /** Of the run: frames of another one are not shown. */
  readonly identity: string;
  readonly design: ModelDesign;
  readonly data: PreparedData;
  readonly seed: string | number;
  readonly runtime: Runtime;
  readonly onEvent: (event: TrainEvent) => void;
}

/** Images in a frame: more would only hide each other. */
const MAX_IMAGES = 1000;
/** Frames of the animation, drawn evenly from those kept: 25 seconds. */
export const MAX_PAGES = 200;
/** Share of points that may lie outside on each side: one stray must not make all others small. */
const TRIM = 0.003;

/** @throws E_CONFIG where `every` is no whole number from 1 */
export function checkEvery(every: number | undefined): void {
  if (every === undefined || (Number.isInteger(every) && every >= 1)) return;
  throw new SamesameError('E_CONFIG', {
    what: 'frames cannot be kept so often',
    expected: 'every: a whole number of steps from 1',
    received: String(every),
  });
}

/** A recorder of frames. It only reads the network's state, so a run is the same with and without it. */
export function createFrameRecorder(options: FrameOptions): FrameRecorder {
  const { out, every, identity, design, data, seed, runtime, onEvent } = options;
  const { set, pixels, splits } = data;
  const images = drawImages(splits.test, MAX_IMAGES, seed);
  const folder = framesFolder(out);
  let lastKept = -1;

  async function keepNow(step: number, values: ParameterValues): Promise<void> {
    if (step === lastKept) return;
    const parts = await openParts(design, values, runtime);
    const embeddings = await embedStore(parts.embed, pixels, images);
    await parts.close();
    lastKept = step;
    // A step that has spoilt the network is for the training loop to report.
    if (!embeddings.every(Number.isFinite)) return;
    const shape = [images.length, embeddings.length / images.length];
    const bytes = encodeSafetensors({
      tensors: new Map([['embeddings', { shape, data: embeddings }]]),
      metadata: { step: String(step), identity },
    });
    await writeFileAtomic(join(folder, `${nameOf(step)}.safetensors`), bytes);
  }

  return {
    async keep(step, read) {
      if (step % every === 0) await keepNow(step, read());
    },
    async finish(step, read) {
      await keepNow(step, read());
      const { height, width, channels } = pixels.shape;
      const bytes = new Uint8Array(images.length * height * width * channels);
      await pixels.gather(images, bytes);
      const labels = Array.from(images, (index) => set.labels[index]);
      const stamps = await createStamps({ pixels: bytes, shape: pixels.shape, labels });
      const frames = await readFrames(folder, identity, images.length, design.encoder.embeddingSize);
      const placed = placeFrames(frames, images.length);
      const bounds = boundsOf(
        placed.flatMap(({ points }) => points),
        TRIM,
      );
      const painted: Buffer[] = [];
      for (const { step: at, points } of placed) {
        const picture = await paintFrame(
          stamps,
          points,
          bounds,
          `${basename(set.name)}, step ${formatCount(at)}`,
        );
        await writeFileAtomic(join(folder, `${nameOf(at)}.png`), picture);
        painted.push(picture);
        onEvent({ kind: 'stage', stage: 'frames', done: painted.length, total: placed.length });
      }
      const path = join(out, 'animation.gif');
      await writeFileAtomic(path, await animate(evenly(painted, MAX_PAGES), { format: 'gif' }));
      return path;
    },
  };
}

/** Removes the frames of a former run. */
export async function clearFrames(out: string): Promise<void> {
  for (const path of [framesFolder(out), join(out, 'animation.gif')]) {
    await rm(path, { recursive: true, force: true }).catch((error) => {
      throw errorFromSystem(error, `replacing the run in ${out}`);
    });
  }
}

interface Frame {
  readonly step: number;
  readonly embeddings: Float32Array;
}

/** The frames of a run by step. What was cut, or is of another run, is left out: frames can be made again. */
async function readFrames(
  folder: string,
  identity: string,
  numImages: number,
  size: number,
): Promise<Frame[]> {
  const names = (await readdir(folder)).filter((name) => /^step-\d+\.safetensors$/.test(name)).sort();
  const frames: Frame[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const bytes = await readFile(path).catch((error) => {
      throw errorFromSystem(error, `reading ${path}`);
    });
    const file = tryDecode(bytes, path);
    const embeddings = file?.tensors.get('embeddings')?.data;
    if (file?.metadata.identity !== identity || embeddings?.length !== numImages * size) continue;
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

function framesFolder(out: string): string {
  return join(out, 'frames');
}

/** Sorted by name is sorted by step. */
function nameOf(step: number): string {
  return `step-${String(step).padStart(7, '0')}`;
}
