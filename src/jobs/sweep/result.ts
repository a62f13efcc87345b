import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { writeFileAtomic } from '../../base/files.ts';
import { VERSION } from '../../base/version.ts';
import type { Dataset } from '../../data/sources/open.ts';
import type { FinishedRun } from '../finish.ts';
import type { Baseline } from '../measure.ts';
import type { PlannedRun } from './plan.ts';

const rate = z.number().nullable();

const baselineSchema = z.strictObject({ accuracy: z.number(), auc: rate, recallAt1: rate, mapAtR: rate });
export type BaselineNumbers = z.infer<typeof baselineSchema>;

/** The numbers of a finished run. */
const numbersSchema = z.strictObject({
  /** Of the epoch that was kept: what a configuration is chosen by. */
  validationAccuracy: z.number(),
  /** Share of test pairs that are told apart at `threshold`. */
  accuracy: z.number(),
  auc: rate,
  recallAt1: rate,
  mapAtR: rate,
  threshold: z.number(),
  trainSeconds: z.number(),
  numParameters: z.int(),
  /** Epochs that were trained, and the one that was kept. */
  epochs: z.int(),
  keptEpoch: z.int(),
  baselines: z.strictObject({
    /** Accuracy of always giving the commoner verdict. */
    majority: z.number(),
    rawPixels: baselineSchema.nullable(),
    /** The backbone before training, where there is one. */
    untrained: baselineSchema.optional(),
  }),
});

const resultSchema = z.strictObject({
  format: z.literal('samesame-sweep-run'),
  version: z.literal(1),
  samesame: z.string(),
  config: z.record(z.string(), z.unknown()),
  /** Of images and pairs. */
  fingerprint: z.string(),
  numbers: numbersSchema,
});

export type RunNumbers = z.infer<typeof numbersSchema>;
export type RunResult = z.infer<typeof resultSchema>;

const FILE = 'result.json';
export const resultPath = (folder: string) => join(folder, FILE);

/** Says that a run is finished, and what came out. Written last, so a run folder without it is not. */
export async function writeResult(run: PlannedRun, fingerprint: string, numbers: RunNumbers): Promise<void> {
  const result: RunResult = {
    format: 'samesame-sweep-run',
    version: 1,
    samesame: VERSION,
    config: asJson(run.config) as Record<string, unknown>,
    fingerprint,
    numbers,
  };
  await writeFileAtomic(resultPath(run.folder), `${JSON.stringify(result, null, 2)}\n`);
}

/**
 * The numbers of a run where it has been done with this very configuration and data.
 * @param fingerprint asked for only where the configuration fits, since it reads every image
 */
export async function findFinished(
  run: PlannedRun,
  fingerprint: () => Promise<string>,
): Promise<RunNumbers | undefined> {
  const stored = resultSchema.safeParse(await readJson(resultPath(run.folder)));
  if (!stored.success || !isDeepStrictEqual(stored.data.config, asJson(run.config))) return undefined;
  return stored.data.fingerprint === (await fingerprint()) ? stored.data.numbers : undefined;
}

/** Whether the run that was begun in the folder has this configuration, so that it can go on. */
export async function isSameRun({ folder, config }: PlannedRun): Promise<boolean> {
  const stored = await readJson(join(folder, 'config.json'));
  if (typeof stored !== 'object' || stored === null) return false;
  const { dataset: _, ...rest } = stored as Record<string, unknown>;
  return isDeepStrictEqual(rest, asJson(config));
}

/**
 * What a data set is: its images, and the pairs that its source names.
 * @param images `fingerprintOf` them
 */
export function dataFingerprint(images: string, { pairs }: Dataset): string {
  if (pairs === undefined) return images;
  const hash = createHash('sha256').update(images);
  for (const { buffer, byteOffset, byteLength } of [pairs.left, pairs.right, pairs.similar])
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}

/** The numbers that a sweep compares. */
export function numbersOf(run: FinishedRun): RunNumbers {
  const { verification, retrieval, rawPixels, frozenFeatures } = run.measurement;
  // Where nothing is learned by steps there are no epochs.
  const kept = run.records.findLast(({ isBest }) => isBest);
  return {
    validationAccuracy: (kept?.validation ?? run.validation).accuracy,
    accuracy: verification.accuracy.value,
    auc: verification.auc.value,
    recallAt1: retrieval?.recallAt[1].value ?? null,
    mapAtR: retrieval?.mapAtR.value ?? null,
    threshold: verification.threshold,
    trainSeconds: run.trainSeconds,
    numParameters: run.numParameters,
    epochs: run.records.length,
    keptEpoch: kept?.epoch ?? 0,
    baselines: {
      majority: verification.majorityBaseline,
      rawPixels: rawPixels && baselineNumbers(rawPixels),
      ...(frozenFeatures && { untrained: baselineNumbers(frozenFeatures) }),
    },
  };
}

function baselineNumbers({ verification, retrieval }: Baseline): BaselineNumbers {
  return {
    accuracy: verification.accuracy.value,
    auc: verification.auc.value,
    recallAt1: retrieval?.recallAt[1].value ?? null,
    mapAtR: retrieval?.mapAtR.value ?? null,
  };
}

/** Undefined where there is no such file, or no JSON in it: then the run counts as not done. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** As it comes back from a file: without keys that are undefined. */
function asJson(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}
