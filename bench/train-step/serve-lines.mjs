// The line protocol of this benchmark, for sides that are written in JavaScript.
import { createInterface } from 'node:readline';

/**
 * @typedef {object} Request
 * @property {'protocol-a' | 'protocol-b' | 'compact'} net
 * @property {number} batch pairs for the protocols, images for `compact`
 * @property {number} steps
 * @property {any} [spec] the layers of `compact`, from networks.json
 *
 * @typedef {object} Training
 * @property {() => Promise<number> | number} step one training step; returns the loss
 * @property {number} numParameters
 * @property {() => void} [dispose] called before another training is created
 * @property {string} [variant] which of several equivalent forms was fastest
 */

/**
 * Answers requests on stdin with timings on stdout, one JSON line each, until stdin closes.
 *
 *     {"hello": true}                   ->  {"name", "threads"}
 *     {"net", "batch", "steps", "spec"} ->  {"ms": [per step], "loss", "numParameters", "variant"?} or {"error"}
 *
 * @param {{ name: string, threads: number }} hello
 * @param {(request: Request) => Promise<Training>} createTraining called whenever net, batch or spec change
 */
export async function serveLines(hello, createTraining) {
  /** @type {{ key: string, training: Training } | undefined} */
  let current;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    const answer = request.hello
      ? hello
      : await answerTo(request).catch((error) => ({ error: String(error?.message ?? error) }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }

  /** @param {Request} request */
  async function answerTo(request) {
    const { net, batch, spec, steps } = request;
    const key = JSON.stringify([net, batch, spec]);
    if (current?.key !== key) {
      // One at a time: open sessions slow each other down.
      current?.training.dispose?.();
      current = undefined;
      current = { key, training: await createTraining(request) };
    }
    const { training } = current;
    const ms = [];
    let loss = Number.NaN;
    for (let i = 0; i < steps; i++) {
      const startMs = performance.now();
      loss = await training.step();
      ms.push(performance.now() - startMs);
    }
    return { ms, loss, numParameters: training.numParameters, variant: training.variant };
  }
}

/** `length` random bytes, always the same. @param {number} length */
export function randomBytes(length) {
  let state = 12345;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}
