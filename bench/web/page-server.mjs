// The page behind what looks like a service with a store of any size: it draws maps of more images than UMAP has time for.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import sharp from 'sharp';
import { createRandom } from '../../dist/base/random.js';
import { CONTENT_TYPES } from '../../scripts/content-types.mjs';

const NUM_PICTURES = 64;
export const NUM_LABELS = 20;

/**
 * @param {string} options.folder of the built page
 * @param {string} options.model folder of a model
 * @param {number} options.numImages on the map of the store; 0 for a static host
 */
export async function servePage({ folder, model, numImages }) {
  const pictures = await drawPictures();
  const map = JSON.stringify(placeImages(numImages));
  const answers = {
    '/v1/stats': JSON.stringify({ store: { numImages } }),
    '/v1/map': map,
  };
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
    const headers = {
      // Asking for memory needs a page that shares nothing with others.
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      ...(numImages > 0 && { 'x-request-id': 'bench' }),
    };
    const send = (status, type, body) =>
      response.writeHead(status, { ...headers, 'content-type': type }).end(body);
    const thumbnail = /^\/v1\/images\/(\d+)\/thumbnail$/.exec(path);
    if (thumbnail !== null) {
      site.numThumbnails++;
      return send(200, 'image/webp', pictures[Number(thumbnail[1]) % NUM_PICTURES]);
    }
    if (numImages > 0 && path in answers) return send(200, 'application/json', answers[path]);
    const file = path.startsWith('/model/')
      ? join(model, path.slice('/model/'.length))
      : join(folder, path === '/' ? 'index.html' : path);
    const body = await readFile(file).catch(() => undefined);
    if (body === undefined) return send(404, 'text/plain', 'not here');
    return send(200, CONTENT_TYPES[extname(file)] ?? 'application/octet-stream', body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const site = {
    url: `http://127.0.0.1:${server.address().port}/`,
    /** Small pictures that were asked for. */
    numThumbnails: 0,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return site;
}

/** Clusters of labels, as UMAP leaves them: dense, with gaps between. */
function placeImages(numImages) {
  const random = createRandom('map');
  const centres = Array.from({ length: NUM_LABELS }, () => [
    1.6 * random.uniform() - 0.8,
    1.6 * random.uniform() - 0.8,
  ]);
  const images = Array.from({ length: numImages }, (_, i) => {
    const [x, y] = centres[i % NUM_LABELS];
    const place = (centre) => Math.max(-1, Math.min(1, centre + 0.07 * random.normal()));
    return {
      id: String(i),
      name: `${i}.jpg`,
      label: `class ${i % NUM_LABELS}`,
      metadata: {},
      x: place(x),
      y: place(y),
    };
  });
  return { model: 'bench', method: 'umap', numImages, images };
}

function drawPictures() {
  return Promise.all(
    Array.from({ length: NUM_PICTURES }, (_, i) => {
      const hue = Math.round((i * 360) / NUM_PICTURES);
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="192" height="${144 + (i % 3) * 24}"><rect width="100%" height="100%" fill="hsl(${hue} 60% 70%)"/><circle cx="96" cy="72" r="${20 + (i % 7) * 6}" fill="hsl(${hue + 120} 70% 40%)"/></svg>`;
      return sharp(Buffer.from(svg)).webp().toBuffer();
    }),
  );
}
