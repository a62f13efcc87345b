import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { RunProgress } from './progress.ts';
import { decodeSafetensors, encodeSafetensors, type TensorFile } from './safetensors.ts';
import type { StateEntry } from './step-graph.ts';

/** A state of training: the arrays and where the run stood. */
export interface Checkpoint {
  readonly state: ReadonlyMap<string, Float32Array>;
  readonly progress: RunProgress;
}

/** The checkpoints of one run: `last` to go on from, `best` to give out. */
export interface CheckpointFolder {
  save(which: 'last' | 'best', checkpoint: Checkpoint): Promise<void>;
  /** @returns undefined where there is none. @throws E_CHECKPOINT where it is damaged, E_PERMISSION, E_IO */
  load(which: 'last' | 'best'): Promise<Checkpoint | undefined>;
}

/**
 * Checkpoints as `last.safetensors` and `best.safetensors` in a folder, each written whole or not at all. The progress
 * travels inside the file, so that arrays and progress can never be of two moments; a `.json` beside it is for people.
 */
export function createCheckpointFolder(folder: string, entries: readonly StateEntry[]): CheckpointFolder {
  const pathOf = (which: string) => join(folder, `${which}.safetensors`);
  return {
    async save(which, { state, progress }) {
      const tensors = new Map(entries.map(({ name, shape }) => [name, { shape, data: state.get(name)! }]));
      const metadata = { format: 'samesame-checkpoint', progress: JSON.stringify(progress) };
      await writeFileAtomic(pathOf(which), encodeSafetensors({ tensors, metadata }));
      await writeFileAtomic(join(folder, `${which}.json`), `${JSON.stringify(progress, null, 2)}\n`);
    },
    async load(which) {
      const path = pathOf(which);
      const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw errorFromSystem(error, `reading ${path}`);
      });
      if (bytes === undefined) return undefined;
      const { tensors, metadata } = decodeSafetensors(bytes, path);
      return {
        state: new Map([...tensors].map(([name, { data }]) => [name, data])),
        progress: readProgress(metadata, path),
      };
    },
  };
}

/** @throws E_CHECKPOINT */
function readProgress(metadata: TensorFile['metadata'], path: string): RunProgress {
  try {
    if (metadata.format === 'samesame-checkpoint') return JSON.parse(metadata.progress);
  } catch {
    // Falls through to the error, as for a file that somebody else wrote.
  }
  throw new SamesameError('E_CHECKPOINT', {
    what: `${path} is not a checkpoint of samesame`,
    expected: 'a .safetensors file with the progress of a run in its metadata',
    received: `metadata ${JSON.stringify(metadata).slice(0, 100)}`,
    help: 'start the run anew (--overwrite)',
  });
}
