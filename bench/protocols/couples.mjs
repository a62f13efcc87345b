// Couples for protocol E out of a folder of class folders, where no couples are at hand:
//   node bench/protocols/couples.mjs PHOTOS OUT [--per-class 60]
// makes OUT/<class>/photo_<i>_one.jpg with photo_<i>_two.jpg, links to photos of one class, each used once. Such a couple
// shows two things of a kind, not one thing twice.
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'per-class': { type: 'string', default: '60' } },
});
const [photos, out] = positionals;
const perClass = Number(values['per-class']);
if (photos === undefined || out === undefined || !(Number.isInteger(perClass) && perClass >= 1)) {
  process.stderr.write('node bench/protocols/couples.mjs PHOTOS OUT [--per-class 60]\n');
  process.exit(2);
}

for (const entry of readdirSync(photos, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue;
  const files = readdirSync(join(photos, entry.name))
    .filter((name) => /\.(jpe?g|png|webp)$/i.test(name))
    .sort();
  const numCouples = Math.min(perClass, Math.floor(files.length / 2));
  mkdirSync(join(out, entry.name), { recursive: true });
  for (let i = 0; i < 2 * numCouples; i++) {
    const name = `photo_${i >> 1}_${i % 2 === 0 ? 'one' : 'two'}${extname(files[i])}`;
    symlinkSync(resolve(photos, entry.name, files[i]), join(out, entry.name, name));
  }
  process.stdout.write(`${entry.name}: ${numCouples} couples\n`);
}
