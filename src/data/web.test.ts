import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const IMPORT = /^(?:import|export)\s[^'";]*?from\s+'([^']+)'/gm;

/** Files that a module needs when it runs, and everything else that it imports. Types are erased. */
function closureOf(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    for (const [statement, target] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      if (/^(import|export) type\s/.test(statement)) continue;
      if (target.startsWith('.')) visit(join(dirname(file), target));
      else packages.add(target);
    }
  };
  visit(entry);
  return { files, packages };
}

it('web.ts reaches neither Node nor a package', () => {
  const { files, packages } = closureOf(fileURLToPath(new URL('./web.ts', import.meta.url)));
  expect(files.size).toBeGreaterThan(20);
  expect([...packages]).toEqual([]);
  const node = closureOf(fileURLToPath(new URL('./index.ts', import.meta.url)));
  expect([...node.packages]).toContain('sharp');
});

it('index.ts gives all that web.ts gives', () => {
  const read = (name: string) => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');
  const lines = read('./web.ts').match(/'\.\/[^']+'/g)!;
  for (const line of lines) expect(read('./index.ts')).toContain(line);
});
