import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../chromium.ts';
import { type DigitGroups, writeDigitGroups } from './digit-groups.ts';
import { openSite, type Site } from './site.ts';

/** A page with `samesame` and, as `groupsOf(names)`, files of digits to teach with. */
export interface TeachPage {
  readonly page: Page;
  readonly browser: Browser;
  readonly site: Site;
  readonly digits: DigitGroups;
  /** What the page wrote to its console, and errors that nobody caught. */
  readonly complaints: string[];
  close(): Promise<void>;
}

export async function openTeachPage(
  wanted: { readonly digits: readonly number[]; readonly perDigit: number },
  { args = [] }: { readonly args?: readonly string[] } = {},
): Promise<TeachPage> {
  const folder = await mkdtemp(join(tmpdir(), 'samesame-teach-'));
  const digits = await writeDigitGroups(folder, wanted);
  const site = await openSite({ isolated: true });
  await writeFile(join(site.files, 'digits.bin'), digits.packed);
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', ...args],
  });
  const page = await (await browser.newContext()).newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(site.url);
  await page.evaluate(async (groups) => {
    const bytes = await (await fetch('files/digits.bin')).arrayBuffer();
    const scope = globalThis as Record<string, unknown>;
    scope.groups = groups.map(({ name, files }) => ({
      name,
      images: files.map((file) => new File([bytes.slice(file.start, file.end)], file.name)),
    }));
  }, digits.groups);
  return {
    page,
    browser,
    site,
    digits,
    complaints,
    async close() {
      await browser.close();
      await site.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
