import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What the page may know of the house: the library for browsers, the client, projections, what is pure of search and figures. */
const ALLOWED = [
  /^src\/(web|client|projection)\/([\w-]+\/)?[\w-]+\.ts$/,
  /^src\/search\/near-groups\.ts$/,
  /^src\/report\/figures\/(class-colors|map-layout|line-chart)\.ts$/,
  /^src\/report\/map-page\/(camera|controls)\.ts$/,
  /^src\/report\/explain\/inferno\.ts$/,
];
const PACKAGES = /^(preact(\/hooks)?|uplot(\/dist\/uPlot\.min\.css)?)$/;

it('keeps the page to what it may import', () => {
  const files = readdirSync(join(root, 'web'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && name !== 'vite.config.ts')
    .map((name) => join(root, 'web', name));
  expect(files.length).toBeGreaterThan(20);
  const violations = files.flatMap((file) => {
    const specifiers = [...readFileSync(file, 'utf8').matchAll(/(?:from|import|import\()\s*'([^']+)'/g)];
    return specifiers
      .map(([, specifier]) => specifier)
      .filter((specifier) => {
        if (!specifier.startsWith('.')) return !PACKAGES.test(specifier);
        const target = relative(root, join(dirname(file), specifier));
        return !target.startsWith('web/') && !ALLOWED.some((pattern) => pattern.test(target));
      })
      .map((specifier) => `${relative(root, file)} imports ${specifier}`);
  });
  expect(violations).toEqual([]);
});

it('keeps all English text of the page in one file', () => {
  const views = readdirSync(join(root, 'web'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.tsx'),
  );
  // Text between tags, and labels for those who listen.
  const literal = /(>[^<>{}]*[A-Za-z]{2}[^<>{}]*<\/|(?:aria-label|title|placeholder|alt)="[^"]+")/;
  const found = views.flatMap((name) =>
    readFileSync(join(root, 'web', name), 'utf8')
      .split('\n')
      .filter((line) => literal.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
