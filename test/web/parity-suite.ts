import { existsSync, readdirSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { listPresets } from '../../src/jobs/presets.ts';
import type { OpenedSite } from './browser.ts';
import { AWKWARD, compareRuntimes, type SharedImage, shareImages } from './parity.ts';
import { missingFor } from './preset-model.ts';

const isWhole = process.env.SAMESAME_SLOW === '1';
const presets = await listPresets();
/** Every day one network with a learned head, and a file of each kind. */
const EVERY_DAY = ['protocol-a-mse-mnist'];
const FEW = [
  'modes/RGBA.png',
  'modes/P.png',
  'base_images/ukbench00120.jpg',
  'formats_images/baboon.pgm',
  'formats_images/ukbench09380.webp',
];
/** Files whose bytes browsers decode to other colours than libvips, and why. */
const OTHER_COLOURS: Readonly<Record<string, string>> = {
  'modes/CMYK.jpg': 'Chromium takes ink for light, libvips for print colours',
};
const LARGEST_DIFFERENCE = 1e-5;
/** Of JPEG and lossless files, and of lossy WebP, which the two decoders bring from half-size colours back in different ways. */
const leastCosineOf = (name: string): number => (name.endsWith('.webp') ? 0.997 : 0.9985);

/** Every preset's network, untrained, gives in Chromium what it gives in Node, for every file that both decode. */
export function describeParity(open: () => OpenedSite): void {
  let images: SharedImage[];

  beforeAll(async () => {
    if (existsSync(AWKWARD)) images = await shareImages(open().site, isWhole ? allFiles() : FEW);
  }, 280_000);

  const chosen = presets.filter(({ name }) => isWhole || EVERY_DAY.includes(name));
  it.skipIf(!existsSync(AWKWARD)).each(chosen.map((preset) => [preset.name, preset] as const))(
    '%s (needs ../shared/data)',
    { timeout: 280_000 },
    async (name, preset) => {
      const missing = missingFor(preset);
      if (missing !== undefined) {
        console.log(`${name} is left out: ${missing}`);
        return;
      }
      const { site, page } = open();
      const { files, verdicts } = await compareRuntimes(site, page, preset, images);
      const decoded = files.filter((file) => file.fromBytes !== undefined && !(file.name in OTHER_COLOURS));
      const largest = files.reduce((worst, file) => (file.fromPixels > worst.fromPixels ? file : worst));
      const least = decoded.reduce((worst, file) => (file.fromBytes! < worst.fromBytes! ? file : worst));
      if (isWhole) {
        const refused = files.filter((file) => file.refused !== undefined);
        console.log(
          [
            `${name}: ${files.length} files; from pixels ${largest.fromPixels.toExponential(1)} (${largest.name});`,
            `from bytes cosine ${least.fromBytes!.toFixed(6)} (${least.name});`,
            `other colours ${files.filter((file) => file.name in OTHER_COLOURS).map((file) => `${file.name} ${file.fromBytes?.toFixed(4)}`)};`,
            `not decoded ${refused.map((file) => file.name).join(', ')}`,
          ].join(' '),
        );
      }
      expect(largest.fromPixels, largest.name).toBeLessThanOrEqual(LARGEST_DIFFERENCE);
      for (const { name, fromBytes } of decoded)
        expect(fromBytes, name).toBeGreaterThanOrEqual(leastCosineOf(name));
      expect(decoded.length).toBeGreaterThan(files.length / 2);
      for (const [node, browser] of verdicts) expect(browser.verdict).toBe(node.verdict);
      expect(new Set(verdicts.map(([node]) => node.verdict))).toEqual(new Set(['same', 'different']));
    },
  );
}

function allFiles(): string[] {
  return readdirSync(AWKWARD, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.\w+$/.test(name) && !/\.md$|LICENSE/.test(name))
    .sort();
}
