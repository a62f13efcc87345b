import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOSS_NAMES, optionNamesOf } from './create-loss.ts';
import { PAIR_MINING_NAMES } from './mining/pair-mining.ts';
import { TRIPLET_MINING_NAMES } from './mining/triplet-mining.ts';

const page = readFileSync(new URL('../../docs/losses.md', import.meta.url), 'utf8');
/** Tables of losses stand before those of what they share. */
const rowOf = (name: string) => page.split('\n').find((line) => line.startsWith(`| \`${name}\` `)) ?? '';

test.each(LOSS_NAMES)('%s: its row names every option, and a test that is there', (name) => {
  const row = rowOf(name);
  for (const option of optionNamesOf(name)) expect(row).toContain(`\`${option}\``);
  const tests = row.match(/`[a-z-]+\.test\.ts`/g) ?? ['`proxies/proxies.test.ts`'];
  for (const file of tests)
    expect(existsSync(new URL(file.replaceAll('`', ''), import.meta.url)), file).toBe(true);
});

test.each([...new Set([...PAIR_MINING_NAMES, ...TRIPLET_MINING_NAMES])])('mining %s has a row', (name) => {
  const rules = page.slice(page.indexOf('**Mining**'), page.indexOf('**Reducers**'));
  expect(rules).toContain(`\`${name}\``);
});
