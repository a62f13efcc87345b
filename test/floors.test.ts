// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources under test are strings
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkFloors, findLargeFiles, maskSource, type SourceFile } from './floors.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function readSources(): SourceFile[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({
      path: `src/${name.split(sep).join('/')}`,
      text: readFileSync(join(root, 'src', name), 'utf8'),
    }));
}

/** The violations of a few made-up files, as `path:line message`. */
function violationsOf(files: Record<string, string>): string[] {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  return checkFloors(sources).map(({ path, line, message }) => `${path}:${line} ${message}`);
}

describe('the source', () => {
  const sources = readSources();

  it('keeps to the floors', () => {
    expect(sources.length).toBeGreaterThan(0);
    const violations = checkFloors(sources).map(({ path, line, message }) => `${path}:${line} ${message}`);
    for (const large of findLargeFiles(sources)) console.warn(`growing large: ${large}`);
    expect(violations).toEqual([]);
  });
});

describe('the floors check', () => {
  it.each([
    [
      'an import from a floor above',
      'src/nn/a.ts',
      "import { b } from '../loss/b.ts';",
      /nn may not import loss/,
    ],
    ['a type from a floor above', 'src/nn/a.ts', "import type { B } from '../loss/b.ts';", /floor above/],
    ['a re-export from a floor above', 'src/nn/a.ts', "export { b } from '../train/b.ts';", /floor above/],
    ['a re-export of everything', 'src/nn/a.ts', "export * from '../train/b.ts';", /floor above/],
    ['a dynamic import', 'src/nn/a.ts', "const b = await import('../train/b.ts');", /floor above/],
    ['an import type expression', 'src/nn/a.ts', "let b: import('../train/b.ts').B;", /floor above/],
    ['a bare import', 'src/nn/a.ts', "import '../train/b.ts';", /floor above/],
    ['an import by package name', 'src/nn/a.ts', "import { b } from 'samesame/train';", /floor above/],
    ['an import of the whole house', 'src/cli/a.ts', "import { b } from '../index.ts';", /above all rooms/],
    ['a value of the data types', 'src/nn/a.ts', "import { b } from '../data/types.ts';", /floor above/],
    ['graph in data', 'src/data/a.ts', "import { b } from '../graph/index.ts';", /data may not know graph/],
    ['train in report', 'src/report/a.ts', "import type { B } from '../train/b.ts';", /may not know train/],
    ['model in evaluate', 'src/evaluate/a.ts', "import { b } from '../model/b.ts';", /may not know model/],
    [
      'the runtime by its path',
      'src/train/a.ts',
      "import { b } from '../graph/runtime/node.ts';",
      /#runtime/,
    ],
    ['an unknown room', 'src/attic/a.ts', "import { b } from '../base/b.ts';", /not in the list/],
    ['code outside src', 'src/nn/a.ts', "import { b } from '../../test/b.ts';", /not part of src/],
    ['a Node module in graph', 'src/graph/a.ts', "import fs from 'node:fs';", /browser/],
    ['a Node module by its old name', 'src/loss/a.ts', "import { join } from 'path';", /browser/],
    ['a Node module in a sampler', 'src/data/samplers.ts', "import { cpus } from 'node:os';", /browser/],
    ['a Node package in augment', 'src/data/augment/flip.ts', "import sharp from 'sharp';", /browser/],
    ['console', 'src/nn/a.ts', 'console.log(1);', /src\/cli/],
    ['console inside a template', 'src/nn/a.ts', 'const a = `x ${console.log(1)} y`;', /src\/cli/],
    ['a file over the limit', 'src/nn/a.ts', 'x'.repeat(16 * 1024 + 1), /over 16384/],
  ])('reports %s, with its line', (_name, path, line, message) => {
    const violations = violationsOf({ [path]: `\n\n${line}\n` });
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(message);
    expect(violations[0]).toMatch(line.startsWith('xxx') ? /:1 / : /:3 /);
  });

  it('reports a Node module that is reached through another file', () => {
    const violations = violationsOf({
      'src/nn/a.ts': "import { b } from '../base/b.ts';",
      'src/base/b.ts': "import { c } from './c.ts';",
      'src/base/c.ts': "import fs from 'node:fs';",
    });
    expect(violations).toEqual([
      'src/nn/a.ts:1 src/base/b.ts reaches node:fs, which does not exist in a browser, where this file also runs',
    ]);
  });

  it.each([
    ['a floor below', 'src/train/a.ts', "import { b } from '../nn/b.ts';"],
    ['the same room', 'src/nn/a.ts', "import { b } from './deep/b.ts';"],
    ['the types of the data room', 'src/loss/a.ts', "import type { B } from '../data/types.ts';"],
    ['the runtime by its name', 'src/train/a.ts', "import { b } from '#runtime';"],
    ['a Node module in the Node runtime', 'src/graph/runtime/node.ts', "import fs from 'node:fs';"],
    ['a Node module in a reader', 'src/data/idx.ts', "import fs from 'node:fs';"],
    ['everything in the index', 'src/index.ts', "export * from './cli/main.ts';"],
    ['console in the command line', 'src/cli/a.ts', 'console.log(1);'],
    ['an import in a comment', 'src/nn/a.ts', "/* import { b } from '../train/b.ts'; */ // console.log(1)"],
    [
      'an import in a string',
      'src/nn/a.ts',
      'const a = "import { b } from \'../train/b.ts\'; console.log(1)";',
    ],
    ['anything in a test', 'src/nn/a.test.ts', "import { b } from '../train/b.ts';"],
  ])('lets %s pass', (_name, path, text) => {
    expect(violationsOf({ [path]: text })).toEqual([]);
  });

  it('warns before a file is too large', () => {
    expect(findLargeFiles([{ path: 'src/nn/a.ts', text: 'x'.repeat(12 * 1024 + 1) }])).toEqual([
      'src/nn/a.ts: 12289 bytes',
    ]);
  });

  it('tells code from comments, strings, templates and regular expressions', () => {
    const text = [
      'const a = /[\'"`/]/; // one',
      'const b = `x ${f({ c: "}" })} y`;',
      'const d = 1 / 2; /* e */',
    ].join('\n');
    expect(maskSource(text).bare.split('\n')).toEqual([
      'const a = /      /;       ',
      'const b = `  ${f({ c: " " })}  `;',
      'const d = 1 / 2;        ',
    ]);
  });
});
