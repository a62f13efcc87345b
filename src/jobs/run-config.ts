import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { Checkpoint, CheckpointFolder } from '../train/checkpoints.ts';
import { readTrainConfig, type TrainConfig, type TrainOptions } from '../train/config.ts';
import type { PreparedData } from './prepare.ts';
import { namesPairs } from './split-data.ts';

/**
 * The configuration that a run will have: the given one, or the stored one with what is given when it resumes.
 * @throws E_CONFIG where `out` holds another run, E_CHECKPOINT where there is none to resume
 */
export async function settleConfig(job: {
  readonly dataset: Dataset;
  readonly out: string;
  readonly config?: TrainOptions;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
}): Promise<TrainConfig> {
  const stored = (await readStored(job.out))?.config;
  if (job.resume) {
    if (stored !== undefined)
      return readTrainConfig({ ...stored, ...withoutUndefined(job.config) }, namesPairs(job.dataset));
    throw new SamesameError('E_CHECKPOINT', {
      what: `there is no run to resume in ${job.out}`,
      expected: 'a run folder with config.json and checkpoints/',
      help: 'start it without --resume',
    });
  }
  if (stored !== undefined && !job.overwrite) {
    throw new SamesameError('E_CONFIG', {
      what: `${job.out} already holds a run`,
      expected: 'a new folder',
      help: 'go on with it (--resume), replace it (--overwrite), or choose another folder (--out)',
    });
  }
  return readTrainConfig(job.config ?? {}, namesPairs(job.dataset));
}

/** An option that is there but undefined is not given: it must not hide a stored one. */
function withoutUndefined(options: TrainOptions = {}): TrainOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What `config.json` of a run says. */
export interface StoredRun {
  /** Name of the data. */
  readonly dataset: string;
  readonly config: TrainOptions;
}

/**
 * The configuration that a run was started with; undefined where there is none.
 * @throws E_CONFIG where it is not JSON; E_PERMISSION, E_IO
 */
export async function readStored(out: string): Promise<StoredRun | undefined> {
  const path = join(out, 'config.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw errorFromSystem(error, `reading ${path}`);
  });
  if (text === undefined) return undefined;
  try {
    const { dataset, ...config } = JSON.parse(text);
    return { dataset: String(dataset), config: config as TrainOptions };
  } catch (cause) {
    throw new SamesameError('E_CONFIG', {
      what: `${path} is not JSON`,
      expected: 'the configuration of a run',
      help: 'put it back from a copy; or remove the folder, or choose another one (--out)',
      cause,
    });
  }
}

/** What makes two runs the same run: configuration, data, and the pretrained network where there is one. */
export function identityOf(config: TrainConfig, data: PreparedData, backbone?: string): string {
  const parts = [config, data.target, data.fingerprint, ...(backbone === undefined ? [] : [backbone])];
  const hash = createHash('sha256').update(JSON.stringify(parts));
  // The fingerprint is of the images; pairs that the source names are data, too.
  if (data.trainPairs !== undefined) {
    for (const { left, right, similar } of [data.trainPairs, data.validationPairs, data.testPairs]) {
      for (const { buffer, byteOffset, byteLength } of [left, right, similar])
        hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return hash.digest('hex');
}

/** The last checkpoint of a run. @throws E_CHECKPOINT where it is damaged or of another run */
export async function loadCheckpoint(
  checkpoints: CheckpointFolder,
  identity: string,
  out: string,
): Promise<Checkpoint | undefined> {
  const checkpoint = await checkpoints.load('last');
  if (checkpoint === undefined || checkpoint.progress.identity === identity) return checkpoint;
  throw new SamesameError('E_CHECKPOINT', {
    what: `the checkpoint in ${out} is of another run`,
    expected: 'the configuration and the images that the run was started with',
    received: 'a different configuration, or images or pairs that have changed since',
    help: 'undo the change, or start a new run with another --out',
  });
}
