// TensorFlow.js with its plain JavaScript backend: the only one of its Node-installable backends without native code
// that has the gradient of a convolution. It runs protocol A; install it with `npm ci --prefix bench/peers`.
import { createRequire } from 'node:module';
import { randomBytes, serveLines } from './serve-lines.mjs';

const require = createRequire(new URL('../peers/package.json', import.meta.url));
const tf = require('@tensorflow/tfjs');
await tf.setBackend('cpu');

await serveLines({ name: `tfjs ${tf.version_core} (cpu)`, threads: 1 }, async ({ net, batch }) => {
  if (net !== 'protocol-a') throw new Error(`this peer runs protocol-a only, not ${net}`);

  /** @param {number[]} shape @param {number} fanIn @param {number} fanOut */
  const weight = (shape, fanIn, fanOut) => {
    const limit = Math.sqrt(6 / (fanIn + fanOut));
    return tf.variable(tf.randomUniform(shape, -limit, limit));
  };
  /** @param {number} size */
  const bias = (size) => tf.variable(tf.zeros([size]));
  const conv1 = [weight([3, 3, 1, 8], 9, 72), bias(8)];
  const conv2 = [weight([3, 3, 8, 16], 72, 144), bias(16)];
  const dense = [weight([2304, 32], 2304, 32), bias(32)];
  const head = [
    [weight([64, 16], 64, 16), bias(16)],
    [weight([16, 4], 16, 4), bias(4)],
    [weight([4, 1], 4, 1), bias(1)],
  ];
  const variables = [conv1, conv2, dense, ...head].flat();

  const images = () => tf.tensor4d(randomBytes(batch * 784), [batch, 28, 28, 1], 'int32');
  const left = images();
  const right = images();
  const similar = tf.tensor1d(Float32Array.from({ length: batch }, (_, i) => 1 - (i % 2)));
  const optimizer = tf.train.adam(1e-3);

  /** @param {any} pixels */
  const embed = (pixels) => {
    const x = tf.div(tf.cast(pixels, 'float32'), 255);
    const a = tf.relu(tf.add(tf.conv2d(x, conv1[0], 1, 'valid'), conv1[1]));
    const b = tf.relu(tf.add(tf.conv2d(a, conv2[0], 1, 'valid'), conv2[1]));
    const flat = tf.reshape(tf.maxPool(b, 2, 2, 'valid'), [batch, 2304]);
    return tf.relu(tf.add(tf.matMul(flat, dense[0]), dense[1]));
  };
  const loss = () => {
    let x = tf.concat([embed(left), embed(right)], 1);
    head.forEach(([w, b], i) => {
      x = tf.add(tf.matMul(x, w), b);
      if (i < 2) x = tf.relu(x);
    });
    const logits = tf.reshape(x, [batch]);
    // Binary cross-entropy on logits: softplus(z) − y·z.
    return tf.mean(tf.sub(tf.softplus(logits), tf.mul(similar, logits)));
  };

  return {
    numParameters: variables.reduce((sum, { size }) => sum + size, 0),
    step: () => tf.tidy(() => optimizer.minimize(loss, true, variables).dataSync()[0]),
  };
});
