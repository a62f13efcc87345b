// A trained encoder is a plain ONNX file: here it is used with onnxruntime and sharp alone, without samesame. Scaling,
// centring and the length of the embedding are inside the file; only decoding and resizing are left to do.
//
//   node examples/raw-onnx.mjs runs/own-folder/model photos/cats/1.jpg photos/cats/2.jpg
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

const [folder, ...paths] = process.argv.slice(2);
if (paths.length !== 2) {
  console.error('usage: node examples/raw-onnx.mjs MODEL IMAGE IMAGE');
  process.exit(2);
}
const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
const { height, width, channels, resize } = config.input;
const session = await InferenceSession.create(join(folder, 'encoder.onnx'));

// images: uint8 [N, height, width, channels]. embedding: float32 [N, D].
const pixels = await Promise.all(paths.map(decode));
const images = new Tensor('uint8', Buffer.concat(pixels), [paths.length, height, width, channels]);
const { embedding } = await session.run({ images });
console.log(`embeddings: ${embedding.type} [${embedding.dims.join(', ')}]`);

// Distance between the two rows; with a learned comparator, comparator.onnx takes the rows instead.
const size = config.encoder.embeddingSize;
const squares = Array.from({ length: size }, (_, i) => (embedding.data[i] - embedding.data[size + i]) ** 2);
const distance = Math.sqrt(squares.reduce((sum, value) => sum + value, 0));
console.log(`distance ${distance.toFixed(4)}: ${distance < config.threshold ? 'same' : 'different'}`);
await session.release();

/** As the model was trained: upright, on white where transparent, padded with black where its shape is another. */
function decode(path) {
  return sharp(path)
    .autoOrient()
    .flatten({ background: 'white' })
    .resize({
      height,
      width,
      fit: { fit: 'contain', cover: 'cover', stretch: 'fill' }[resize],
      background: 'black',
    })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
}
