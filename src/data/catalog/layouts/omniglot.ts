import { join } from 'node:path';
import { compareNames } from '../../order.ts';
import { openZip } from '../../sources/zip.ts';
import { extractZip } from '../extract.ts';
import {
  copyInto,
  type LaidOut,
  type LayoutJob,
  type ManifestRow,
  unexpectedContent,
  writeManifest,
} from './layout.ts';

const NUM_RUNS = 20;
/** `images_background/Balinese/character01/0108_01.png`. */
const DRAWING = /^images_(background|evaluation)\/([^/]+)\/([^/]+)\/[^/]+\.png$/;

/**
 * Omniglot as its makers split it: `images_background/<alphabet>/<character>/*.png` and `images_evaluation/…`, and
 * beside them `manifest.csv`, in which a class is `<alphabet>/<character>`, the background alphabets are `train` and the
 * evaluation alphabets `test`; and `all_runs.zip`, the 20 official runs of one-shot classification.
 * @source Lake, Salakhutdinov & Tenenbaum 2015, "Human-level concept learning through probabilistic program induction"
 */
export async function layOutOmniglot(job: LayoutJob): Promise<LaidOut> {
  const { file, folder, signal, onProgress } = job;
  const rows: ManifestRow[] = [];
  for (const archive of ['images_background.zip', 'images_evaluation.zip']) {
    const paths = await extractZip(file(archive), folder, (name) => (DRAWING.test(name) ? name : undefined), {
      signal,
      onFile: (done, total) => onProgress?.({ kind: 'unpack', file: archive, done, total }),
    });
    if (paths.length === 0) {
      throw unexpectedContent(
        `${archive} holds no drawing`,
        'images_background/<alphabet>/<character>/<drawing>.png',
        'nothing of that kind',
      );
    }
    for (const path of paths.sort(compareNames)) {
      const [, part, alphabet, character] = DRAWING.exec(path)!;
      rows.push({
        path,
        label: `${alphabet}/${character}`,
        split: part === 'background' ? 'train' : 'test',
      });
    }
  }
  await checkRuns(file('all_runs.zip'));
  await copyInto(job, 'all_runs.zip');
  await writeManifest(join(folder, 'manifest.csv'), rows);
  return { data: ['manifest.csv'] };
}

async function checkRuns(path: string): Promise<void> {
  const zip = await openZip(path);
  zip.close();
  const runs = zip.names.filter((name) => /(^|\/)run\d\d\/class_labels\.txt$/.test(name));
  if (runs.length === NUM_RUNS) return;
  throw unexpectedContent(
    `${path} does not hold the official runs`,
    `run01/class_labels.txt to run${NUM_RUNS}/class_labels.txt`,
    `${runs.length} of them`,
  );
}
