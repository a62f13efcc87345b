/** scikit-learn beside us, in a process a question. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('peer.py', import.meta.url));

/**
 * @typedef {{ version: string, ask(task: string, embeddings: Float32Array, dim: number, facts: object): any }} Peer
 * @param {string} python
 * @returns {Peer | undefined} undefined where that Python has no scikit-learn
 */
export function openPeer(python) {
  try {
    const version = execFileSync(python, ['-c', 'import sklearn; print(sklearn.__version__)'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return { version, ask: (...question) => ask(python, ...question) };
  } catch {
    return undefined;
  }
}

/** @param {string} python @param {string} task @param {Float32Array} embeddings @param {number} dim @param {object} facts */
function ask(python, task, embeddings, dim, facts) {
  const folder = mkdtempSync(join(tmpdir(), 'samesame-peer-'));
  try {
    writeFileSync(join(folder, 'rows.f32'), embeddings);
    writeFileSync(join(folder, 'facts.json'), JSON.stringify({ task, dim, ...facts }));
    return JSON.parse(
      execFileSync(python, [SCRIPT, folder], {
        encoding: 'utf8',
        env: { ...process.env, OPENBLAS_NUM_THREADS: '2', OMP_NUM_THREADS: '2' },
        maxBuffer: 2 ** 26,
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
