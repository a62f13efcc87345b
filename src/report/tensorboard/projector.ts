import { join } from 'node:path';
import { SamesameError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { drawSprite, type ImageSequence } from './sprite.ts';

/** Points of the embedding projector. */
export interface ProjectorData {
  /** float32 `[N, D]`. */
  readonly embeddings: Float32Array;
  /** One a point; `class` is null where an image has none. */
  readonly images: readonly { readonly class: string | null; readonly name: string }[];
  /** What the points look like. */
  readonly pictures: ImageSequence;
}

/**
 * Writes what TensorBoard's embedding projector reads: `tensors.tsv` (a point a line), `metadata.tsv` (class and name
 * of each), `sprite.png` (its image), and `projector_config.pbtxt`, which names them, last. Node only.
 * @param folder where the event files are
 * @throws E_SHAPE where there is no point, or the parts differ in length; E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function writeProjector(folder: string, data: ProjectorData): Promise<void> {
  const { embeddings, images, pictures } = data;
  const numPoints = images.length;
  const size = embeddings.length / numPoints;
  if (numPoints === 0 || !Number.isInteger(size) || size === 0 || pictures.numImages !== numPoints) {
    throw new SamesameError('E_SHAPE', {
      what: 'writing the projector failed: embeddings, names and images are not of the same points',
      expected: 'an embedding and an image for each name, and at least one',
      received: `${numPoints} names, ${embeddings.length} numbers, ${pictures.numImages} images`,
    });
  }
  const points = Array.from({ length: numPoints }, (_, i) =>
    // Nine digits are all that a float32 has.
    Array.from(embeddings.subarray(i * size, (i + 1) * size), (value) => Number(value.toPrecision(9))).join(
      '\t',
    ),
  );
  const sprite = await drawSprite(pictures);
  await writeFileAtomic(join(folder, 'tensors.tsv'), lines(points));
  await writeFileAtomic(join(folder, 'metadata.tsv'), metadata(images));
  await writeFileAtomic(join(folder, 'sprite.png'), sprite.png);
  await writeFileAtomic(
    join(folder, 'projector_config.pbtxt'),
    lines([
      'embeddings {',
      '  tensor_name: "test images"',
      '  tensor_path: "tensors.tsv"',
      '  metadata_path: "metadata.tsv"',
      '  sprite {',
      '    image_path: "sprite.png"',
      `    single_image_dim: ${sprite.tileWidth}`,
      `    single_image_dim: ${sprite.tileHeight}`,
      '  }',
      '}',
    ]),
  );
}

/** Two columns under their names, or names alone: the projector takes a first line for names only where there are two. */
function metadata(images: ProjectorData['images']): string {
  if (images.every((image) => image.class === null)) return lines(images.map(({ name }) => cell(name)));
  const rows = images.map((image) => `${cell(image.class ?? '')}\t${cell(image.name)}`);
  return lines(['class\tname', ...rows]);
}

/** Without what ends a cell or a line. */
function cell(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ');
}

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
