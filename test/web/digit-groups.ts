import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { readMnist } from '../../src/data/sources/mnist.ts';

/** Digits as files, in folders and for a page. */
export interface DigitGroups {
  /** A folder per digit, PNG files in it. */
  readonly folder: string;
  /** The same files one after another, to be fetched and cut up. */
  readonly packed: Uint8Array;
  readonly groups: readonly {
    readonly name: string;
    readonly files: readonly { readonly name: string; readonly start: number; readonly end: number }[];
  }[];
}

/** The first images of each digit of MNIST, as PNG. */
export async function writeDigitGroups(
  folder: string,
  { digits, perDigit }: { readonly digits: readonly number[]; readonly perDigit: number },
): Promise<DigitGroups> {
  const { labels, pixels } = await readMnist();
  if (pixels.kind !== 'decoded') throw new Error('MNIST comes as pixels');
  const { height, width, data } = pixels;
  const parts: Uint8Array[] = [];
  let at = 0;
  const groups = [];
  for (const digit of digits) {
    const name = `digit ${digit}`;
    await mkdir(join(folder, name), { recursive: true });
    const files = [];
    for (let i = 0; files.length < perDigit; i++) {
      if (labels[i] !== digit) continue;
      const raw = data.subarray(i * height * width, (i + 1) * height * width);
      const png = await sharp(raw, { raw: { height, width, channels: 1 } })
        .png()
        .toBuffer();
      const file = { name: `${String(i).padStart(5, '0')}.png`, start: at, end: at + png.length };
      await writeFile(join(folder, name, file.name), png);
      parts.push(png);
      at = file.end;
      files.push(file);
    }
    groups.push({ name, files });
  }
  return { folder, packed: Buffer.concat(parts), groups };
}
