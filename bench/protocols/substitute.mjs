// Cuts a folder of class folders the way Products-10K is cut for protocol D, so that its sweep can be run without it:
//   node bench/protocols/substitute.mjs PHOTOS OUT [--per-class 14]
// writes OUT/train-50.csv and OUT/train-100.csv. Six classes in ten are trained on (three in the second file), two
// choose, two are measured; of each the first few images, since products have about a dozen photos each.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'per-class': { type: 'string', default: '14' } },
});
const [photos, out] = positionals;
const perClass = Number(values['per-class']);
if (photos === undefined || out === undefined || !(Number.isInteger(perClass) && perClass >= 2)) {
  process.stderr.write('node bench/protocols/substitute.mjs PHOTOS OUT [--per-class 14]\n');
  process.exit(2);
}

/** Image files of each class; splits that the folder has itself are thrown together. */
const classes = new Map();
for (const entry of readdirSync(photos, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(jpe?g|png|webp)$/i.test(entry.name)) continue;
  const name = entry.parentPath.split(/[\\/]/).at(-1);
  classes.set(name, [...(classes.get(name) ?? []), join(entry.parentPath, entry.name)]);
}
const names = [...classes.keys()].sort();
const share = Math.max(2, Math.round(names.length / 5));
/** @type {Record<string, string[]>} */
const parts = {
  validation: names.slice(0, share),
  test: names.slice(share, 2 * share),
  train: names.slice(2 * share),
};
if (parts.train.length < 4) {
  process.stderr.write(`8 classes or more are needed, ${names.length} are there\n`);
  process.exit(3);
}

mkdirSync(out, { recursive: true });
for (const [file, train] of [
  ['train-50.csv', parts.train],
  ['train-100.csv', parts.train.filter((_, i) => i % 2 === 0)],
]) {
  const rows = Object.entries({ ...parts, train }).flatMap(([split, chosen]) =>
    chosen.flatMap((name) =>
      classes
        .get(name)
        .sort()
        .slice(0, perClass)
        .map((path) => `${relative(resolve(out), resolve(path))},${name},${split}`),
    ),
  );
  writeFileSync(join(out, file), `path,label,split\n${rows.join('\n')}\n`);
  process.stdout.write(`${join(out, file)}: ${rows.length} images, ${train.length} classes to train on\n`);
}
