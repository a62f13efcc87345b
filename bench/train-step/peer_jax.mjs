// jax-js on its WebAssembly device, the step under `jit`. It runs protocol A; install it with
// `npm ci --prefix bench/peers`. Arrays are counted by reference: a call takes its arguments, `.ref` keeps one.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { randomBytes, serveLines } from './serve-lines.mjs';

const require = createRequire(new URL('../peers/package.json', import.meta.url));
const entry = require.resolve('@jax-js/jax').replace(/\.cjs$/, '.js');
const {
  init,
  defaultDevice,
  jit,
  valueAndGrad,
  blockUntilReady,
  lax,
  nn,
  numpy: np,
} = await import(pathToFileURL(entry).href);
await init('wasm');
defaultDevice('wasm');
const { version } = require('../peers/node_modules/@jax-js/jax/package.json');

await serveLines({ name: `jax-js ${version} (wasm)`, threads: 1 }, async ({ net, batch }) => {
  if (net !== 'protocol-a') throw new Error(`this peer runs protocol-a only, not ${net}`);

  const bytes = randomBytes(1 << 17);
  let drawn = 0;
  /** @param {number[]} shape @param {number} limit */
  const uniform = (shape, limit) => {
    const size = shape.reduce((a, b) => a * b);
    const values = Float32Array.from(
      { length: size },
      () => (bytes[drawn++ % bytes.length] / 127.5 - 1) * limit,
    );
    return np.array(values).reshape(shape);
  };
  const shapes = [
    [8, 1, 3, 3],
    [8, 1, 1],
    [16, 8, 3, 3],
    [16, 1, 1],
    [2304, 32],
    [32],
    [64, 16],
    [16],
    [16, 4],
    [4],
    [4, 1],
    [1],
  ];
  const fans = [81, 0, 216, 0, 2336, 0, 80, 0, 20, 0, 5, 0];
  let params = shapes.map((shape, i) => uniform(shape, fans[i] === 0 ? 0 : Math.sqrt(6 / fans[i])));
  let first = shapes.map((shape) => np.zeros(shape));
  let second = shapes.map((shape) => np.zeros(shape));
  let t = 0;

  // It has no packed uint8: the pixels wait as int32, and become float inside the step.
  const images = () =>
    np.array(Int32Array.from(randomBytes(batch * 784)), { dtype: np.int32 }).reshape([batch, 1, 28, 28]);
  const left = images();
  const right = images();
  const similar = np.array(Float32Array.from({ length: batch }, (_, i) => 1 - (i % 2)));

  /** @param {any} pixels @param {any[]} p */
  const embed = (pixels, [w1, b1, w2, b2, w3, b3]) => {
    const x = pixels.astype(np.float32).mul(1 / 255);
    const a = nn.relu(lax.conv(x, w1, [1, 1], 'VALID').add(b1));
    const b = nn.relu(lax.conv(a, w2, [1, 1], 'VALID').add(b2));
    // Max pool 2: the windows do not overlap, so they are two axes more.
    const pooled = np.max(b.reshape([batch, 16, 12, 2, 12, 2]), [3, 5]);
    return nn.relu(np.matmul(pooled.reshape([batch, 2304]), w3).add(b3));
  };
  /** @param {any[]} p @param {any} l @param {any} r @param {any} y */
  const lossOf = (p, l, r, y) => {
    const leg = p.slice(0, 6);
    const a = embed(
      l,
      leg.map((x) => x.ref),
    );
    const b = embed(r, leg);
    let x = np.concatenate([a, b], 1);
    x = nn.relu(np.matmul(x, p[6]).add(p[7]));
    x = nn.relu(np.matmul(x, p[8]).add(p[9]));
    const logits = np.matmul(x, p[10]).add(p[11]).reshape([batch]);
    // Binary cross-entropy on logits: softplus(z) − y·z.
    return nn.softplus(logits.ref).sub(y.mul(logits)).mean();
  };

  const gradients = valueAndGrad(lossOf);
  const update = jit(
    (
      /** @type {any[]} */ p,
      /** @type {any[]} */ m,
      /** @type {any[]} */ v,
      /** @type {any} */ rate,
      /** @type {any} */ l,
      /** @type {any} */ r,
      /** @type {any} */ y,
    ) => {
      const [loss, g] = gradients(
        p.map((x) => x.ref),
        l,
        r,
        y,
      );
      const m2 = m.map((x, i) => x.mul(0.9).add(g[i].ref.mul(0.1)));
      const v2 = v.map((x, i) => x.mul(0.999).add(np.square(g[i]).mul(0.001)));
      const p2 = p.map((x, i) => x.sub(m2[i].ref.mul(rate.ref).div(np.sqrt(v2[i].ref).add(1e-7))));
      rate.dispose();
      return [loss, p2, m2, v2];
    },
  );

  return {
    numParameters: shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b), 0),
    async step() {
      t++;
      const rate = (1e-3 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
      const [loss, ...state] = update(
        params,
        first,
        second,
        np.array(rate),
        left.ref,
        right.ref,
        similar.ref,
      );
      [params, first, second] = state;
      await blockUntilReady(state);
      return (await loss.data())[0];
    },
  };
});
