import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** Every `npm run name` (and `npm test`) in a text. */
function npmScriptsIn(text: string): string[] {
  const found = [...text.matchAll(/\bnpm (?:run(?: --silent| -s)? ([a-z][\w:-]*)|(test|start)\b)/g)];
  return [...new Set(found.map((match) => match[1] ?? match[2]))];
}

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

describe.each([
  ['the project', '.'],
  ["the benchmark's peers", 'bench/peers'],
])('the packages of %s', (_name, folder) => {
  const manifest = readJson(join(folder, 'package.json'));
  const lock = readJson(join(folder, 'package-lock.json'));

  it('have exact versions', () => {
    const loose = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((field) =>
      Object.entries<string>(manifest[field] ?? {}).filter(([, version]) => !EXACT.test(version)),
    );
    expect(loose).toEqual([]);
  });

  it('are locked as package.json asks', () => {
    for (const field of ['dependencies', 'devDependencies', 'optionalDependencies']) {
      expect(lock.packages[''][field] ?? {}, field).toEqual(manifest[field] ?? {});
    }
  });

  it('are locked by content, not by address', () => {
    const entries = Object.entries<Record<string, unknown>>(lock.packages).filter(([path]) => path !== '');
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter(([, entry]) => 'resolved' in entry).map(([path]) => path)).toEqual([]);
    expect(entries.filter(([, entry]) => !entry.integrity && !entry.inBundle).map(([path]) => path)).toEqual(
      [],
    );
  });
});

describe('the commands in the documents', () => {
  const { scripts } = readJson('package.json');

  it.each(
    ['README.md', 'CHANGELOG.md', 'docs/architecture.md', 'bench/README.md', '.ci/run'].filter((path) =>
      existsSync(join(root, path)),
    ),
  )('of %s exist', (path) => {
    const missing = npmScriptsIn(readFileSync(join(root, path), 'utf8')).filter((name) => !(name in scripts));
    expect(missing).toEqual([]);
  });

  it('are found in text', () => {
    expect(
      npmScriptsIn('npm install && npm test; npm run demo -- --quick; npm run bench:train-step'),
    ).toEqual(['test', 'demo', 'bench:train-step']);
  });
});
