import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from '../chromium.ts';
import { openTeachPage, type TeachPage, teachInPage } from './teach-page.ts';

const isWanted = process.env.SAMESAME_SLOW === '1' && chromiumPath !== undefined;
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const NUM_TRAININGS = 10;
const MINUTES = 60_000;

interface Watched {
  readonly longTasksMs: number[];
  readonly clicks: { readonly delayMs: number }[];
}

describe.skipIf(!isWanted)('a minute of teaching (skipped without SAMESAME_SLOW=1 and Chromium)', () => {
  let opened: TeachPage;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'samesame-minute-'));
    opened = await openTeachPage({ digits: DIGITS, perDigit: 200 }, ['--js-flags=--expose-gc']);
  }, 2 * MINUTES);
  afterAll(async () => {
    await opened?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it(
    'learns 2,000 digits while the page answers, and Node finds the same numbers',
    async () => {
      const { page } = opened;
      await page.evaluate(() => {
        const watched: Watched = { longTasksMs: [], clicks: [] };
        (window as unknown as { watched: Watched }).watched = watched;
        new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) watched.longTasksMs.push(duration);
        }).observe({ type: 'longtask' });
        const button = document.createElement('button');
        button.textContent = 'Click';
        // From the click to the frame that shows its effect.
        button.onclick = ({ timeStamp }) => {
          button.textContent = `Clicked ${watched.clicks.length + 1} times`;
          requestAnimationFrame(() => watched.clicks.push({ delayMs: performance.now() - timeStamp }));
        };
        document.body.append(button);
      });
      let isOver = false;
      let numClicks = 0;
      const clicking = (async () => {
        while (!isOver) {
          await page.click('button');
          numClicks++;
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
      })();
      const { summary, zip } = await teachInPage(page, { numThreads: 1 });
      isOver = true;
      await clicking;
      const { longTasksMs, clicks } = await page.evaluate(
        () => (window as unknown as { watched: Watched }).watched,
      );
      const delays = clicks.map(({ delayMs }) => Math.round(delayMs)).sort((a, b) => a - b);
      const longest = Math.max(0, ...longTasksMs);
      const { accuracy, seconds, trainSeconds, imagesPerSecond, numEpochs } = summary;
      console.info(
        `taught 2,000 digits in ${seconds.toFixed(1)} s (${trainSeconds.toFixed(1)} s of them training, ${numEpochs} epochs, ` +
          `${imagesPerSecond.toFixed(0)} images/s; load ${loadavg()[0].toFixed(1)}): pair accuracy ${accuracy!.value.toFixed(4)} ` +
          `(${accuracy!.low.toFixed(4)} to ${accuracy!.high.toFixed(4)}), raw pixels ${accuracy!.rawPixels.toFixed(4)}; ` +
          `long tasks ${longTasksMs.length}, longest ${longest.toFixed(0)} ms; clicks ${clicks.length} of ${numClicks}, ` +
          `median ${delays[delays.length >> 1]} ms, slowest ${delays.at(-1)} ms`,
      );
      expect(accuracy!.value).toBeGreaterThanOrEqual(0.95);
      expect(clicks.length).toBe(numClicks);
      expect(longest).toBeLessThan(200);

      const model = join(folder, 'model');
      await mkdir(model);
      for (const [name, bytes] of Object.entries(unzipSync(zip))) await writeFile(join(model, name), bytes);
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [cli, 'evaluate', model, opened.digits.folder, '--json', '--quiet'],
        { maxBuffer: 2 ** 26 },
      );
      const result = JSON.parse(stdout.trim().split('\n').at(-1)!);
      console.info(
        `samesame evaluate: part ${result.part}, ${result.verification.numPairs} pairs, accuracy ${result.verification.accuracy.value}; ` +
          `in the tab ${accuracy!.value}`,
      );
      expect(result.part).toBe('held-out');
      expect(result.verification.numPairs).toBe(accuracy!.numPairs);
      // One pair in ten thousand may lie on the threshold to the last digit.
      expect(Math.abs(result.verification.accuracy.value - accuracy!.value)).toBeLessThanOrEqual(
        1 / accuracy!.numPairs,
      );
    },
    10 * MINUTES,
  );

  it(
    `needs no more memory after ${NUM_TRAININGS} trainings than after the first ones`,
    async () => {
      const { page, browser } = opened;
      const session = await page.context().newCDPSession(page);
      const heaps: number[] = [];
      const residents: number[] = [];
      for (let training = 0; training < NUM_TRAININGS; training++) {
        await teachInPage(page, { epochs: 1, numThreads: 1, seed: training });
        await session.send('HeapProfiler.collectGarbage');
        const { usedSize } = await session.send('Runtime.getHeapUsage');
        heaps.push(usedSize / 2 ** 20);
        residents.push(await residentMegabytes(browser));
      }
      const shown = (values: readonly number[]) => values.map((value) => value.toFixed(1)).join(', ');
      console.info(`MiB after each of ${NUM_TRAININGS} trainings: heap of the page ${shown(heaps)}`);
      console.info(`MiB after each: resident of all of Chromium ${shown(residents)}`);
      for (const series of [heaps, residents]) {
        const [early, late] = [series.slice(2, 5), series.slice(-3)].map((part) => Math.max(...part));
        expect(late).toBeLessThan(1.1 * early);
      }
    },
    15 * MINUTES,
  );
});

/** Resident memory of every process of the browser. */
async function residentMegabytes(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  let total = 0;
  for (const { id } of processInfo) {
    const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
    total += Number(status.match(/VmRSS:\s+(\d+) kB/)?.[1] ?? 0) / 1024;
  }
  return total;
}
