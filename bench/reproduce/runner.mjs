// Runs presets through the command line and keeps what they printed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const cli = fileURLToPath(new URL('dist/cli/main.js', root));
/** Settings of a smoke run: everything happens, nothing is learned. */
const QUICK = ['--epochs', '1', '--max-images', '4000', '--validation-pairs', '1000', '--test-pairs', '1000'];

/**
 * One finished run.
 * @typedef {object} Run
 * @property {string} preset
 * @property {number} seed
 * @property {number} value the number of the experiment
 * @property {number} trainSeconds
 * @property {number} bestSeconds until its best epoch was over: so many epochs of median length, as machines are shared
 * @property {number} numEpochs
 * @property {number} bestEpoch
 * @property {number | null} rawPixels
 * @property {string} folder
 */

/**
 * @param {{ out: string, quick: boolean, threads?: string, finished?: boolean }} options `finished`: start nothing, and
 *   leave out what was not run before
 */
export function createRunner({ out, quick, threads, finished = false }) {
  const common = ['--json', ...(threads ? ['--threads', threads] : [])];

  /** @param {string} name */
  const presetOf = (name) => JSON.parse(readFileSync(new URL(`presets/${name}.json`, root), 'utf8'));

  /** The result of a command, kept in a file: the same command of the same preset is not run twice. @param {string} file @param {unknown} key @param {string[]} args */
  function once(file, key, args) {
    const identity = createHash('sha256').update(JSON.stringify(key)).digest('hex');
    if (existsSync(file)) {
      const kept = JSON.parse(readFileSync(file, 'utf8'));
      if (kept.identity === identity) return kept.result;
    }
    if (finished) return undefined;
    console.error(`$ samesame ${args.join(' ')}`);
    const { stdout, status } = spawnSync(process.execPath, [cli, ...args, ...common], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) throw new Error(`samesame ${args.join(' ')} ended with ${status}`);
    const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    writeFileSync(file, `${JSON.stringify({ identity, result })}\n`);
    return result;
  }

  /** @param {string} preset @param {string} data @param {number} seed @param {string[]} [extra] @param {string} [suffix] */
  function train(preset, data, seed, extra = [], suffix = '') {
    // Two presets of one configuration are one run.
    const { config } = presetOf(preset);
    const identity = createHash('sha256')
      .update(JSON.stringify([config, data]))
      .digest('hex')
      .slice(0, 8);
    const folder = join(out, `${data.split('/').at(-1)}-${identity}-${seed}${suffix}`);
    const goOn = existsSync(join(folder, 'checkpoints')) ? '--resume' : '--overwrite';
    // Gradients for TensorBoard would take time that the published experiments did not.
    const args = [
      'train',
      data,
      '--preset',
      preset,
      '--out',
      folder,
      '--seed',
      String(seed),
      goOn,
      '--no-tensorboard',
    ];
    const settings = [...(quick ? QUICK : []), ...extra];
    const result = once(`${folder}.json`, [config, data, seed, settings], [...args, ...settings]);
    return result && { folder, result, records: readRecords(folder) };
  }

  return {
    /** @param {string} data */
    hasData: (data) => data === 'mnist' || existsSync(data),

    /**
     * @param {string} preset @param {import('./experiments.mjs').Experiment} experiment @param {number[]} seeds
     * @returns {Run[]}
     */
    runAll: (preset, { data, measure }, seeds) =>
      seeds.flatMap((seed) => {
        const trained = train(preset, data, seed);
        if (trained === undefined) return [];
        const { folder, result, records } = trained;
        const numbers = measured(measure, folder, data, result);
        if (numbers === undefined) return [];
        const best = records.findLast((/** @type {any} */ record) => record.isBest);
        return {
          preset,
          seed,
          folder,
          ...numbers,
          trainSeconds: result.trainSeconds,
          bestSeconds: best.epoch * medianEpochSeconds(records),
          bestEpoch: best.epoch,
          numEpochs: records.length,
        };
      }),

    /**
     * How long our shortest training takes whose test accuracy passes the published one; null where it does not.
     * @param {import('./experiments.mjs').Experiment} experiment
     */
    timeToPass({ published, swift, data }) {
      if (swift === undefined || published === null || quick) return null;
      const trained = train(swift, data, 1);
      if (trained === undefined) return null;
      const { result } = trained;
      const accuracy = result.verification.accuracy.value;
      return accuracy > published ? { accuracy, seconds: result.trainSeconds } : null;
    },
  };

  /** @param {string} measure @param {string} folder @param {string} data @param {any} trained */
  function measured(measure, folder, data, trained) {
    const raw = trained.verification.baselines.rawPixels;
    if (measure === 'pairs') return { value: trained.verification.accuracy.value, rawPixels: raw };
    const args = {
      nearest: ['--gallery', 'rest'],
      official: ['--episodes', 'official'],
      '20-way': ['--episodes', '--rotations', '--ways', '20', '--shots', '1'],
      '5-way': ['--episodes', '--rotations', '--ways', '5', '--shots', '1'],
    }[measure];
    const result = once(
      `${folder}-${measure}.json`,
      [measure, trained.trainSeconds],
      ['evaluate', folder, data, ...(args ?? [])],
    );
    if (result === undefined) return undefined;
    if (measure === 'nearest') {
      const { recallAt1, baselines } = result.retrieval;
      return { value: recallAt1, rawPixels: baselines.rawPixels.recallAt1 };
    }
    return { value: result.episodes.accuracy.value, rawPixels: result.episodes.rawPixels.value };
  }
}

/** Training and validation of an epoch. @param {{ seconds: number }[]} records */
function medianEpochSeconds(records) {
  const lengths = records.map(({ seconds }, i) => seconds - (i === 0 ? 0 : records[i - 1].seconds));
  return lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)];
}

/** @param {string} folder */
function readRecords(folder) {
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}
