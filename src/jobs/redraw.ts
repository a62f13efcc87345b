import { readFile } from 'node:fs/promises';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { RedrawnPairSampler } from '../data/samplers/redrawn.ts';
import type { PairList } from '../data/types.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import type { Feeder } from '../train/feeder.ts';
import { decodeSafetensors, encodeSafetensors } from '../train/safetensors.ts';
import { modelValues } from '../train/weight-average.ts';
import { type ModelDesign, openParts } from './design.ts';
import { embedStore, type ImageRows } from './embed-store.ts';

/**
 * A feeder whose pairs are drawn before each epoch by what the network has learned until then. They are kept in a file, so
 * that a run that was interrupted within an epoch goes on with the pairs that the epoch began with.
 * @param options `path`: the file
 */
export function redrawEachEpoch(
  feeder: Feeder,
  sampler: RedrawnPairSampler,
  options: {
    readonly design: ModelDesign;
    readonly rows: ImageRows;
    readonly runtime: Runtime;
    readonly path: string;
  },
): Feeder {
  const { design, rows, runtime, path } = options;
  return {
    ...feeder,
    async prepareEpoch(epoch, first, readState) {
      if (first > 0) {
        sampler.restore(epoch, await readPairs(path, epoch));
        return;
      }
      const parts = await openParts(design, modelValues(readState()), runtime);
      const embeddings = await embedStore(parts.embed, rows, sampler.candidates(epoch));
      await parts.close();
      await writePairs(path, epoch, sampler.redraw(epoch, embeddings));
    },
  };
}

const FORMAT = 'samesame-pairs';

async function writePairs(path: string, epoch: number, pairs: PairList): Promise<void> {
  const tensors = new Map(
    (['left', 'right', 'similar'] as const).map((name) => [
      name,
      // Whole numbers up to 16 million are exact in float32.
      { shape: [pairs.numPairs], data: Float32Array.from(pairs[name]) },
    ]),
  );
  await writeFileAtomic(
    path,
    encodeSafetensors({ tensors, metadata: { format: FORMAT, epoch: String(epoch) } }),
  );
}

/** @throws E_CHECKPOINT where the file is missing, damaged, or of another epoch */
async function readPairs(path: string, epoch: number): Promise<PairList> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw noPairs(path, 'no file', epoch);
    throw errorFromSystem(error, `reading ${path}`);
  });
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const [left, right, similar] = ['left', 'right', 'similar'].map((name) => tensors.get(name)?.data);
  if (metadata.format !== FORMAT || metadata.epoch !== String(epoch) || !left || !right || !similar)
    throw noPairs(path, `${metadata.format}, epoch ${metadata.epoch}`, epoch);
  return {
    numPairs: left.length,
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    similar: Float32Array.from(similar),
  };
}

function noPairs(path: string, received: string, epoch: number): SamesameError {
  return new SamesameError('E_CHECKPOINT', {
    what: 'the pairs of the epoch that was interrupted are gone',
    expected: `${path} with the pairs of epoch ${epoch + 1}`,
    received,
    help: 'put it back, or start the run anew (--overwrite)',
  });
}
