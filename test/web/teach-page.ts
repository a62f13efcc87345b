import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openSite, type Site } from '../../bench/web/site.mjs';
import type * as teaching from '../../src/web/teach/index.ts';
import type { TeachGroup, TeachOptions, TeachSummary } from '../../src/web/teach/index.ts';
import { launchBrowser, openPage } from './browser.ts';
import { type DigitGroups, writeDigitGroups } from './digit-groups.ts';
import type { WindowWithLibrary } from './window.ts';

/** A page with the library and files of digits to teach with. */
export interface TeachPage {
  readonly page: Page;
  readonly browser: Browser;
  readonly site: Site;
  readonly digits: DigitGroups;
  /** Errors that nobody caught in the page. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** What such a page's window holds. */
export interface WindowWithDigits extends WindowWithLibrary {
  groups: TeachGroup[];
  /** Gets what trains. */
  importTeach(): Promise<typeof teaching>;
}

export async function openTeachPage(
  wanted: { readonly digits: readonly number[]; readonly perDigit: number },
  args: readonly string[] = [],
): Promise<TeachPage> {
  const folder = await mkdtemp(join(tmpdir(), 'samesame-teach-'));
  const digits = await writeDigitGroups(folder, wanted);
  const site = await openSite();
  site.isIsolated = true;
  await writeFile(join(site.files, 'digits.bin'), digits.packed);
  const browser = await launchBrowser(args);
  const complaints: string[] = [];
  const page = await openPage(browser, site, complaints);
  await loadDigits(page, digits);
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

/** Makes files of the digits in the page, as a person's drop would. */
export async function loadDigits(page: Page, { groups }: DigitGroups): Promise<void> {
  await page.evaluate(async (groups) => {
    const bytes = await (await fetch('files/digits.bin')).arrayBuffer();
    (window as unknown as WindowWithDigits).groups = groups.map(({ name, files }) => ({
      name,
      images: files.map((file) => new File([bytes.slice(file.start, file.end)], file.name)),
    }));
  }, groups);
}

export interface TaughtInPage {
  readonly summary: TeachSummary;
  /** Kinds of the events, each where it first came. */
  readonly kinds: readonly string[];
  /** Of the .zip, as a person would download it. */
  readonly zip: Uint8Array;
}

/** Teaches with the page's digits, or with the first of each group. */
export async function teachInPage(
  page: Page,
  options: Omit<TeachOptions, 'groups' | 'onEvent'> = {},
): Promise<TaughtInPage> {
  const { zip, ...rest } = await page.evaluate(async (options) => {
    const { importTeach, groups } = window as unknown as WindowWithDigits;
    const { teach } = await importTeach();
    const kinds = new Set<string>();
    const onEvent: TeachOptions['onEvent'] = ({ kind }) => kinds.add(kind);
    const model = await teach({ ...options, groups, onEvent }).done;
    const bytes = new Uint8Array(await model.toZip().arrayBuffer());
    let text = '';
    for (let start = 0; start < bytes.length; start += 4096)
      text += String.fromCharCode(...bytes.subarray(start, start + 4096));
    return { summary: model.summary, kinds: [...kinds], zip: btoa(text) };
  }, options);
  return { ...rest, zip: new Uint8Array(Buffer.from(zip, 'base64')) };
}
