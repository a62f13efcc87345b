// A page that uses `samesame/web` as anybody would: from a folder of its own with the package installed, bundled by Vite,
// served as static files. The library is `window.samesame`, and `window.importTeach()` gets what trains. For the tests and
// the benchmark.
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** @returns {Promise<import('./site.mjs').Site>} */
export async function openSite() {
  const folder = await mkdtemp(join(tmpdir(), 'samesame-site-'));
  const [source, bundle, files] = ['source', 'bundle', 'files'].map((name) => join(folder, name));
  await mkdir(join(source, 'node_modules'), { recursive: true });
  await mkdir(files);
  await symlink(root, join(source, 'node_modules', 'samesame'), 'dir');
  await writeFile(
    join(source, 'index.html'),
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>',
  );
  await writeFile(
    join(source, 'main.js'),
    `import * as samesame from 'samesame/web';
window.importTeach = () => import('samesame/web/teach');
window.samesame = samesame;
`,
  );
  await build({
    root: source,
    configFile: false,
    logLevel: 'error',
    base: './',
    worker: { format: 'es' },
    build: { outDir: bundle, emptyOutDir: true, target: 'es2023', chunkSizeWarningLimit: 5000 },
  });
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname)).slice(1);
    site.requests.push(path);
    // Below this folder files are for those alone who bring its token.
    if (path.startsWith(join('files', 'locked', sep)) && request.headers.authorization !== 'Bearer key') {
      response.writeHead(401).end();
      return;
    }
    const [place, name] = path.startsWith(`files${sep}`)
      ? [files, path.slice('files/'.length)]
      : [bundle, path === '' ? 'index.html' : path];
    const body = await readFile(join(place, name)).catch(() => undefined);
    if (body === undefined) {
      response.writeHead(404).end('no such file');
      return;
    }
    response
      .writeHead(200, {
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        'content-length': body.length,
        ...(site.isIsolated && {
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-embedder-policy': 'require-corp',
        }),
      })
      .end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const site = {
    url: `http://127.0.0.1:${server.address().port}/`,
    bundle,
    files,
    requests: [],
    isIsolated: false,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return site;
}
