import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { createRandom } from '../src/base/random.ts';

/** A picture like no other: soft patches of random colours. */
export function drawScene(seed: string, { width = 96, height = 80, channels = 3 as 1 | 3 } = {}): Sharp {
  const random = createRandom(seed);
  const pixels = Uint8Array.from({ length: 7 * 6 * channels }, () => random.integer(256));
  const small = sharp(pixels, { raw: { width: 7, height: 6, channels } });
  const scene = small.resize(width, height, { fit: 'fill', kernel: 'cubic' });
  return channels === 1 ? scene.toColourspace('b-w') : scene;
}

/** `hat` and `shoe`, `numImages` scenes each, in which nothing is wrong: `hat/00.png`, …. */
export async function makeCleanFolder(folder: string, numImages = 24): Promise<string> {
  for (const name of ['hat', 'shoe']) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < numImages; i++) {
      const path = join(folder, name, `${String(i).padStart(2, '0')}.png`);
      await drawScene(`${name}/${i}`).png().toFile(path);
    }
  }
  return folder;
}

/** A clean folder with something added to it. */
export interface Planter {
  readonly folder: string;
  /** Writes a picture; the format is that of its name. */
  draw(image: Sharp, path: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  write(path: string, content: string | Uint8Array): Promise<void>;
}

export function createPlanter(folder: string): Planter {
  const place = async (path: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    return join(folder, path);
  };
  return {
    folder,
    draw: async (image, path) => void (await image.toFile(await place(path))),
    copy: async (from, to) => copyFile(join(folder, from), await place(to)),
    write: async (path, content) => writeFile(await place(path), content),
  };
}

/** An image of one colour. */
export function drawBlank(colour: string, width = 96, height = 80): Sharp {
  return sharp({ create: { width, height, channels: 3, background: colour } });
}

/** Everything at once, one of each. */
export async function plantProblems(folder: string): Promise<string> {
  await makeCleanFolder(folder);
  const { draw, copy, write } = createPlanter(folder);
  await write('hat/broken.jpg', (await drawScene('broken').jpeg().toBuffer()).subarray(0, 900));
  await write('hat/text.png', 'not an image');
  await copy('hat/00.png', 'hat/00-again.png');
  await copy('hat/01.png', 'shoe/hat-01.png');
  await draw(drawScene('hat/2').tiff({ compression: 'lzw' }), 'hat/02-lossless.tiff');
  await draw(drawScene('hat/3').jpeg({ quality: 60 }), 'hat/03-small.jpg');
  await draw(
    sharp(await drawScene('shoe/4').png().toBuffer())
      .resize(60)
      .jpeg(),
    'hat/shoe-04.jpg',
  );
  await draw(drawBlank('#778899'), 'shoe/blank.png');
  await draw(drawScene('dark').linear(0.1, 0), 'shoe/dark.png');
  await draw(drawScene('light').linear(0.1, 228), 'shoe/light.png');
  await draw(drawScene('tiny', { width: 9, height: 7 }), 'shoe/tiny.png');
  await draw(drawScene('long', { width: 300, height: 60 }), 'shoe/long.png');
  await draw(drawScene('grey', { channels: 1 }), 'shoe/grey.png');
  await draw(drawScene('turned').withMetadata({ orientation: 6 }).jpeg(), 'shoe/turned.jpg');
  await draw(drawScene('misnamed').jpeg(), 'shoe/misnamed.png.jpg');
  await write('shoe/misnamed.png', await drawScene('misnamed too').jpeg().toBuffer());
  await draw(drawScene('lonely'), 'scarf/only.png');
  await draw(drawScene('upper'), 'shoe/Same.png');
  await draw(drawScene('lower'), 'shoe/same.png');
  await draw(drawScene('outside'), 'outside.png');
  await write('notes.txt', 'a note');
  const frames = await sharp(
    [await drawScene('one').png().toBuffer(), await drawScene('two').png().toBuffer()],
    {
      join: { animated: true },
    },
  )
    .gif()
    .toBuffer();
  await write('shoe/moving.gif', frames);
  for (let i = 0; i < 3; i++) await draw(drawScene(`glove ${i}`), `glove/${i}.png`);
  for (let i = 0; i < 4; i++) await draw(drawScene(`Hat ${i}`), `Hat/${i}.png`);
  return folder;
}
