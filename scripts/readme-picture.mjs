// The picture of the README, cut from the demo's own report: npm run demo && node scripts/readme-picture.mjs
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from './ensure-chromium.mjs';

const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage({ viewport: { width: 1080, height: 900 }, deviceScaleFactor: 1.5 });
await page.goto(pathToFileURL('runs/demo/report.html').href);
// The headline, the distances and a few pairs; everything else is for the reader of the report.
await page.evaluate(() => {
  for (const section of document.querySelectorAll('section')) {
    const title = section.querySelector('h2')?.textContent ?? '';
    if (!['Telling same from different', 'Pairs'].includes(title)) section.remove();
    if (title === 'Telling same from different')
      for (const part of [
        ...[...section.querySelectorAll('figure')].slice(2),
        ...section.querySelectorAll('h3, .lead, .scroll'),
      ])
        part.remove();
    if (title === 'Pairs')
      [...section.querySelectorAll('h3')].slice(1).forEach((heading) => {
        heading.nextElementSibling?.remove();
        heading.remove();
      });
  }
});
await page.locator('main').screenshot({ path: 'docs/demo.png' });
await browser.close();
