import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import type { ParameterValues } from '../model/encoder-graph.ts';
import { animate } from '../report/animation/animate.ts';
import type { TrainEvent } from '../train/progress.ts';
import { encodeSafetensors } from '../train/safetensors.ts';
import { type ModelDesign, openParts } from './design.ts';
import { embedStore } from './embed-store.ts';
import { rowsOf } from './feature-rows.ts';
import { chooseFrameImages, framesFolder, nameOfFrame, paintFrames } from './paint-frames.ts';
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
  const images = chooseFrameImages(splits.test, seed);
  const { embeddingSize } = design.encoder;
  const folder = framesFolder(out);
  let lastKept = -1;

  async function keepNow(step: number, values: ParameterValues): Promise<void> {
    if (step === lastKept) return;
    const parts = await openParts(design, values, runtime);
    const embeddings = await embedStore(parts.embed, rowsOf(data), images);
    await parts.close();
    lastKept = step;
    // A step that has spoilt the network is for the training loop to report.
    if (!embeddings.every(Number.isFinite)) return;
    const shape = [images.length, embeddings.length / images.length];
    const bytes = encodeSafetensors({
      tensors: new Map([['embeddings', { shape, data: embeddings }]]),
      metadata: { step: String(step), identity },
    });
    await writeFileAtomic(join(folder, `${nameOfFrame(step)}.safetensors`), bytes);
  }

  return {
    async keep(step, read) {
      if (step % every === 0) await keepNow(step, read());
    },
    async finish(step, read) {
      await keepNow(step, read());
      const frames = await paintFrames({ run: out, identity, set, pixels, images, embeddingSize, onEvent });
      const path = join(out, 'animation.gif');
      await writeFileAtomic(path, await animate(frames, { format: 'gif' }));
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
