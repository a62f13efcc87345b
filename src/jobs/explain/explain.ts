import { createRuntime } from '#runtime';
import { decodeImage, readImageShape } from '../../data/pixels/decode.ts';
import { type Visible, visiblePart } from '../../data/pixels/visible.ts';
import type { ProgressEvent } from '../../data/types.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import { loadModel, type ModelConfig, readEncoder } from '../../model/index.ts';
import { checkPicturePath, type ExplainedPhoto, writeExplanationPicture } from '../../report/index.ts';
import { readNamed } from '../compare-picture.ts';
import { type ExplainedSide, type Explanation, explainPair, REGION_RULE } from './explain-pair.ts';
import type { View } from './hide.ts';

export interface ExplainJob {
  /** Folder of a model, or of a run. */
  readonly model: string;
  /** The two image files. */
  readonly left: string;
  readonly right: string;
  /** Share of similar pairs that the probability is told for. Default: the model's own. */
  readonly prior?: number;
  /** Where the picture goes: .png, .jpg, .webp or .svg. Default: no picture. */
  readonly out?: string;
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
  /** Stage `explain`. */
  readonly onProgress?: (event: ProgressEvent) => void;
}

/**
 * Explains a model's verdict about two image files: heat where their agreement comes from, by spatial product and by
 * occlusion, the part that carries it, and how much of the similarity that part carries. Writes a picture of it.
 * @throws E_USAGE where `out` is no picture's name; E_CONFIG for a prior out of range; E_NOT_FOUND, E_IMAGE, E_MODEL, E_MODEL_VERSION, E_RUNTIME;
 *   E_PERMISSION, E_DISK_FULL, E_IO; whatever `signal` aborts with
 * @example
 * const { sentence, carried } = await explain({ model: 'runs/photos', left: 'a.jpg', right: 'b.jpg', out: 'why.png' });
 * carried.share; // 0.83: of the similarity
 */
export async function explain(job: ExplainJob): Promise<Explanation> {
  const { model: folder, left, right, prior, out, runtime = createRuntime(), signal, onProgress } = job;
  if (out !== undefined) checkPicturePath(out);
  const model = await loadModel(folder, { runtime });
  try {
    const encoder = await readEncoder(folder);
    const [a, b] = await Promise.all([left, right].map((path) => openView(path, model.config)));
    const explanation = await explainPair(model, encoder, [a.view, b.view], {
      runtime,
      prior,
      signal,
      onProgress,
    });
    if (out !== undefined) {
      const { comparison, sides, rankCorrelation, sentence } = explanation;
      await writeExplanationPicture(out, {
        ...comparison,
        left: await photoOf(left, a.visible, sides[0]),
        right: await photoOf(right, b.visible, sides[1]),
        rankCorrelation,
        sentence,
        rule: REGION_RULE,
      });
    }
    return explanation;
  } finally {
    await model.close();
  }
}

interface OpenedView {
  readonly view: View;
  /** In shares of the photo. */
  readonly visible: Visible['photo'];
}

async function openView(path: string, { input }: ModelConfig): Promise<OpenedView> {
  const { height, width } = await readImageShape(path);
  const { photo, input: part } = visiblePart({ height, width }, input);
  const shape = { height: input.height, width: input.width, channels: input.channels };
  return {
    view: { pixels: await decodeImage(path, input), shape, part },
    visible: {
      left: photo.left / width,
      top: photo.top / height,
      width: photo.width / width,
      height: photo.height / height,
    },
  };
}

async function photoOf(
  path: string,
  seen: Visible['photo'],
  { height, width, product, occlusion, level }: ExplainedSide,
): Promise<ExplainedPhoto> {
  return {
    photo: await readNamed(path),
    seen,
    product: product && { height, width, values: product },
    occlusion: { height, width, values: occlusion },
    level,
  };
}
