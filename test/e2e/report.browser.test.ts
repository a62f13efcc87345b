import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rebuildReport } from '../../src/jobs/rebuild-report.ts';
import { chromiumPath } from '../chromium.ts';
import { makeImageFolder } from '../tiny-images.ts';
import { runOnOneThread } from './job.ts';

/** A page that was opened from its file, and everything that it should not have done. */
interface Opened {
  readonly page: Page;
  /** Console messages, script errors, and requests for anything but the page itself. */
  readonly complaints: readonly string[];
}

let root = '';
let run = '';
let browser: Browser;

async function open(path: string, width: number): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const complaints: string[] = [];
  const { href } = pathToFileURL(path);
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (url !== href && !url.startsWith('data:')) complaints.push(`request of ${url}`);
  });
  await page.goto(href);
  return { page, complaints };
}

/** The text of a table's cells, row by row, the row's name first. */
function rowsOf(page: Page, table: string): Promise<string[][]> {
  return page.$$eval(`#${table} tbody tr`, (rows) =>
    rows.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').trim())),
  );
}

/** The lines of the run's metrics, read without the code under test. */
async function readLines() {
  const text = await readFile(join(run, 'metrics.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe.skipIf(chromiumPath === undefined)('a report in a browser', () => {
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'samesame-browser-'));
    const images = await makeImageFolder(join(root, 'images'), { imagesPerClass: 14 });
    run = (await runOnOneThread(images, join(root, 'run'))).run.run;
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await rm(root, { recursive: true, force: true });
  });

  it.each([1280, 390])('at %i pixels complains of nothing, loads nothing, and fits', async (width) => {
    const { page, complaints } = await open(join(run, 'report.html'), width);
    const widths = await page.$eval('html', (html) => [html.scrollWidth, html.clientWidth]);
    expect(widths).toEqual([width, width]);
    const pictures = await page.$$eval('img', (images) =>
      Promise.all(images.map((image) => image.decode().then(() => image.naturalWidth > 0))),
    );
    expect(pictures.length).toBeGreaterThan(30);
    expect(pictures.every(Boolean)).toBe(true);
    // Every figure has its sentence, and can be seen.
    const figures = await page.$$eval('.figures > figure', (all) =>
      all.map((figure) => [
        figure.getBoundingClientRect().height,
        figure.querySelector('figcaption')!.textContent,
      ]),
    );
    expect(figures.length).toBeGreaterThanOrEqual(9);
    for (const [height, caption] of figures) {
      expect(height).toBeGreaterThan(100);
      expect(String(caption).length).toBeGreaterThan(60);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows the numbers of metrics.jsonl', async () => {
    const lines = await readLines();
    const { page } = await open(join(run, 'report.html'), 1280);
    const cells = await page.$$eval('#epochs tbody tr', (rows) =>
      rows.map((row) =>
        Object.fromEntries(
          [...row.querySelectorAll('td')].map((cell) => [
            cell.dataset.name,
            [cell.dataset.value, cell.textContent] as const,
          ]),
        ),
      ),
    );
    expect(cells).toHaveLength(lines.length);
    for (const [i, { loss, rate, validation, imagesPerSecond }] of lines.entries()) {
      const exact = (name: string) => Number(cells[i][name][0]);
      expect(exact('loss')).toBe(loss);
      expect(exact('learning rate')).toBe(rate);
      expect(exact('accuracy')).toBe(validation.accuracy);
      expect(exact('images/s')).toBe(imagesPerSecond);
      for (const [name, value] of [
        ['precision', validation.precision],
        ['recall', validation.recall],
        ['AUC', validation.auc],
        ['recall at .90', validation.recallAtPrecision['.90']],
      ])
        expect(exact(name), name).toBe(value);
      expect(cells[i].accuracy[1]).toBe(validation.accuracy.toFixed(4));
      expect(Number(cells[i].loss[1]) / loss).toBeCloseTo(1, 3);
    }
    // The curves hold the same points, each with its number.
    const points = await page.$$eval('svg[aria-label="Validation accuracy by epoch"] circle', (circles) =>
      circles.map((circle) => [circle.textContent, Number(circle.getAttribute('cy'))] as const),
    );
    expect(points.map(([told]) => told)).toEqual(
      lines.map(
        ({ epoch, validation }) =>
          `Epoch ${epoch}, validation: ${Number(validation.accuracy.toPrecision(4))}`,
      ),
    );
    const byHeight = [...points.keys()].sort((a, b) => points[b][1] - points[a][1]);
    const byAccuracy = [...lines.keys()].sort(
      (a, b) => lines[a].validation.accuracy - lines[b].validation.accuracy,
    );
    expect(byHeight.map((i) => lines[i].validation.accuracy)).toEqual(
      byAccuracy.map((i) => lines[i].validation.accuracy),
    );
    // And so does what the page holds for programs.
    const held = JSON.parse((await page.textContent('#report-data'))!);
    expect(held.epochs.map((epoch: { trainLoss: number }) => epoch.trainLoss)).toEqual(
      lines.map(({ loss }) => loss),
    );
    await page.close();
  });

  it('shows the numbers of the model card', async () => {
    const card = await readFile(join(run, 'model', 'README.md'), 'utf8');
    const { page } = await open(join(run, 'report.html'), 1280);
    /** Rows of the card's table between two headings, without its head. */
    const rowsOfCard = (from: string, to: string) =>
      card
        .slice(card.indexOf(from), card.indexOf(to))
        .split('\n')
        .filter((line) => /^\| (?!metric|class )/.test(line))
        .map((line) => line.slice(2, -2).split(' | '));
    const numbers = await rowsOf(page, 'numbers');
    expect(numbers.length).toBeGreaterThan(10);
    expect(rowsOfCard('## Numbers', '### Hardest')).toEqual(numbers);
    const classes = (await rowsOf(page, 'classes')).map(([name, accuracy, interval, pairs, , , mistaken]) => [
      name,
      accuracy,
      interval,
      pairs,
      mistaken,
    ]);
    expect(rowsOfCard('### Hardest', '## Threshold')).toEqual(classes);
    expect(card).toContain(`**${(await page.textContent('header p'))!.match(/below ([\d.]+)\.$/)![1]}**`);
    await page.close();
  });

  it('of an unfinished run says so, with the curves that there are', async () => {
    const unfinished = join(root, 'unfinished');
    await cp(run, unfinished, { recursive: true });
    await rm(join(unfinished, 'report-data.json'));
    const text = await readFile(join(run, 'metrics.jsonl'), 'utf8');
    await writeFile(join(unfinished, 'metrics.jsonl'), text.slice(0, -30));
    const { report } = await rebuildReport({ run: unfinished });
    for (const width of [1280, 390]) {
      const { page, complaints } = await open(report, width);
      expect(await page.textContent('header')).toContain('This run is unfinished.');
      expect(await rowsOf(page, 'epochs')).toHaveLength(2);
      expect(await page.$eval('html', (html) => html.scrollWidth)).toBe(width);
      expect(complaints).toEqual([]);
      await page.close();
    }
  });
});
