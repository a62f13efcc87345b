import { basename, dirname, join, resolve } from 'node:path';
import { createRuntime } from '#runtime';
import { SamesameError } from '../../base/errors.ts';
import { checkWritable, writeFileAtomic, writeFolderAtomic } from '../../base/files.ts';
import type { Dataset } from '../../data/sources/open.ts';
import type { WeightBits } from '../../export/index.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import { type Model, type ModelFiles, openArtefact, readModelFiles, saveModel } from '../../model/index.ts';
import { type ParityImages, renderHubCard, withExport } from '../../report/export-card.ts';
import type { TrainEvent } from '../../train/progress.ts';
import { type EvaluationData, prepareEvaluation } from '../evaluation-data.ts';
import { type Conversion, convertModel, type Variant } from './convert.ts';
import { checkFormat, checkOut, defaultOut, type ExportFormat, isOneFile } from './formats.ts';
import { calibrationBatches, drawPatterns, type ImageSample, sampleFiles } from './images.ts';
import { openNetwork } from './open-network.ts';
import { measureParity, type Parity } from './parity.ts';

export interface ExportJob {
  /** Folder of the model, or of a run. */
  readonly model: string;
  readonly format: ExportFormat;
  /** Default: the name of the run, with an ending that names the format, in the working folder. */
  readonly out?: string;
  /** Whether an export that is there is replaced. Default false. */
  readonly overwrite?: boolean;
  /** Data to measure both on, as `evaluate` takes it. Default: only embeddings are compared. */
  readonly dataset?: Dataset;
  readonly split?: 'test' | 'all';
  readonly numPairs?: number;
  /** Image files and folders that 8 bits are calibrated on. Default: images of the data that are not measured. */
  readonly calibrate?: readonly string[];
  /** Images of these that are looked at. Default 64: with 256 embeddings came no closer (docs/export.md). */
  readonly numCalibration?: number;
  readonly weightBits?: WeightBits;
  /** What pairs, samples and patterns are drawn from. Default: the model's own seed. */
  readonly seed?: string | number;
  readonly memoryBytes?: number;
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

/** What was written, and how it compares. */
export interface Exported {
  readonly format: ExportFormat;
  readonly out: string;
  /** Bytes of the model's own encoder. */
  readonly encoderBytes: number;
  readonly networks: readonly ExportedVariant[];
  /** What the two were compared on. */
  readonly images: ParityImages;
  readonly warnings: readonly string[];
}

export interface ExportedVariant extends Pick<Variant, 'file' | 'precision' | 'layers'> {
  readonly sizeBytes: number;
  readonly parity: Parity;
}

const DEFAULT_CALIBRATION = 64;
const NUM_PATTERNS = 32;

/**
 * Exports a model, whole or not at all, and compares what is written with the model on the same images.
 * @throws E_CONFIG for a place that is taken, a format that the model does not fit into, 8 bits without images; E_NOT_FOUND,
 *   E_MODEL…, E_DATA…, E_IMAGES_BAD; E_PERMISSION, E_DISK_FULL, E_IO
 * @example
 * const { networks } = await exportModel({ model: 'runs/photos', format: 'onnx-int8', dataset: await openDataset('photos') });
 * networks[0].parity.metrics; // [{ name: 'Accuracy', before: 0.93, after: 0.928, change: -0.002 }, …]
 */
export async function exportModel(job: ExportJob): Promise<Exported> {
  const { dataset, signal, onEvent = () => {}, runtime = createRuntime() } = job;
  const format = checkFormat(job.format);
  const out = job.out ?? defaultOut(job.model, format);
  await checkOut(out, format, { overwrite: job.overwrite ?? false, model: job.model });
  await checkWritable(dirname(resolve(out)));
  const files = await readModelFiles(job.model);
  checkHead(files, format, out);
  const model = await openArtefact(files, runtime);
  const seed = job.seed ?? files.config.provenance.seed;
  try {
    const data =
      dataset &&
      (await prepareEvaluation(dataset, files.config, job, {
        memoryBytes: job.memoryBytes,
        signal,
        onProgress: (event) => onEvent({ kind: 'stage', ...event }),
      }));
    try {
      const warnings = [...(data?.data.warnings ?? [])];
      const calibration = await chooseCalibration(job, files, data, seed, warnings);
      const conversion = await convertModel(files, format, {
        images: calibration && (() => batchesOf(calibration, job)),
        weightBits: job.weightBits,
        runtime,
      });
      signal?.throwIfAborted();
      const compared = comparedImages(files, data, calibration, seed);
      const networks: ExportedVariant[] = [];
      for (const variant of conversion.variants) {
        const { precision, layers, bytes, network } = variant;
        const file = isOneFile(format, out) ? basename(out) : variant.file;
        const opened = await openNetwork(network, files.config.input, runtime);
        const exported = { model, exported: opened.embed, seed, runtime, ...compared.input };
        const parity = await measureParity({
          ...exported,
          onProgress: (stage, done, total) => onEvent({ kind: 'stage', stage, done, total }),
        }).finally(opened.close);
        checkFinite(parity, file);
        networks.push({ file, precision, layers, sizeBytes: bytes.length, parity });
        signal?.throwIfAborted();
      }
      const { answers } = files.config;
      if (answers !== undefined && networks.some(({ precision }) => precision === 'int8'))
        warnings.push(
          'the answers were calibrated on float32 embeddings: run samesame calibrate on the export to keep their error rate',
        );
      await writeExport(out, { format, files, conversion, networks, images: compared.images, model });
      for (const message of warnings) onEvent({ kind: 'warning', message });
      const encoderBytes = files.encoder.length;
      return { format, out, encoderBytes, networks, images: compared.images, warnings };
    } finally {
      await data?.data.pixels.close();
    }
  } finally {
    await model.close();
  }
}

/** @throws E_CONFIG where the model compares with a learned head that the export has no place for */
function checkHead({ config }: ModelFiles, format: ExportFormat, out: string): void {
  const hasPlace = format !== 'hub-folder' && !(isOneFile(format, out) && out.endsWith('.onnx'));
  if (config.comparator === undefined || hasPlace) return;
  throw new SamesameError('E_CONFIG', {
    what: `a model that compares with a learned head cannot be exported as ${format} to ${out}`,
    expected: 'a model whose distance is that of embeddings: one network',
    received: `the head ${config.comparator.name} in comparator.onnx`,
    help: 'use onnx-int8 or onnx-fp16 to a folder, safetensors or npz, which keep it; or copy encoder.onnx and comparator.onnx as they are',
    details: { option: 'to' },
  });
}

/** Images to look at while ranges are found. */
interface CalibrationImages extends Pick<ImageSample, 'rows'> {
  readonly images: Int32Array;
}

/** @returns undefined where none are needed, or where there are none */
async function chooseCalibration(
  { format, calibrate, numCalibration = DEFAULT_CALIBRATION, signal }: ExportJob,
  { config }: ModelFiles,
  evaluated: EvaluationData | undefined,
  seed: string | number,
  warnings: string[],
): Promise<CalibrationImages | undefined> {
  const isNeeded = format === 'onnx-int8' || format === 'hub-folder';
  if (!isNeeded) {
    if (calibrate === undefined) return undefined;
    throw new SamesameError('E_CONFIG', {
      what: `${format} is not calibrated, so images to calibrate on would be ignored`,
      expected: 'images to calibrate on for onnx-int8 or hub-folder',
      received: calibrate.join(', '),
      help: 'leave --calibrate out',
      details: { option: 'calibrate' },
    });
  }
  if (calibrate !== undefined) {
    const sample = await sampleFiles(calibrate, config.input, { numImages: numCalibration, seed, signal });
    if (sample.bad.length > 0)
      warnings.push(
        `${sample.bad.length} images to calibrate on cannot be read, ${sample.bad[0].id} for one`,
      );
    return { rows: sample.rows, images: range(sample.numImages) };
  }
  if (evaluated === undefined) return undefined;
  const { splits, pixels } = evaluated.data;
  const rest = [...splits.validation, ...splits.train];
  if (rest.length === 0)
    warnings.push(
      '8 bits were calibrated on some of the images that are measured: name others with --calibrate',
    );
  const from = rest.length > 0 ? rest : [...splits.test];
  // Evenly spaced: images of a class often lie together.
  const count = Math.min(numCalibration, from.length);
  const images = Int32Array.from({ length: count }, (_, i) => from[Math.floor((i * from.length) / count)]);
  return { rows: pixels, images };
}

function batchesOf({ rows, images }: CalibrationImages, { signal, onEvent }: ExportJob) {
  return calibrationBatches(rows, images, {
    signal,
    onProgress: (done, total) => onEvent?.({ kind: 'stage', stage: 'find ranges', done, total }),
  });
}

/** What the two are compared on: measured images, those of the calibration, or patterns. */
function comparedImages(
  { config }: ModelFiles,
  evaluated: EvaluationData | undefined,
  calibration: CalibrationImages | undefined,
  seed: string | number,
) {
  if (evaluated !== undefined) {
    const { pixels, splits, testPairs, set } = evaluated.data;
    const input = { rows: pixels, images: splits.test, labels: set.labels, pairs: testPairs };
    return { images: 'measured' as const, input };
  }
  if (calibration !== undefined) return { images: 'calibration' as const, input: calibration };
  const { rows, numImages } = drawPatterns(config.input, NUM_PATTERNS, seed);
  return { images: 'patterns' as const, input: { rows, images: range(numImages) } };
}

function range(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}

/** @throws E_MODEL where the export's embeddings are no numbers, so that it would be of no use */
function checkFinite({ largestDistance, meanDistance }: Parity, name: string): void {
  if (Number.isFinite(largestDistance) && Number.isFinite(meanDistance)) return;
  throw new SamesameError('E_MODEL', {
    what: `the embeddings of ${name} are not finite, so it is not written`,
    expected: 'numbers',
    received: 'NaN or infinity: activations past what its precision holds',
    help: 'export it as onnx',
  });
}

async function writeExport(
  out: string,
  {
    format,
    files,
    conversion: { variants, hub },
    networks,
    images,
    model,
  }: {
    readonly format: ExportFormat;
    readonly files: ModelFiles;
    readonly conversion: Conversion;
    readonly networks: readonly ExportedVariant[];
    readonly images: ParityImages;
    readonly model: Model;
  },
): Promise<void> {
  if (isOneFile(format, out)) return writeFileAtomic(out, variants[0].bytes);
  const { config, comparator, card } = files;
  if (hub === undefined) {
    await saveModel(out, {
      encoder: variants[0].bytes,
      comparator,
      config,
      card: withExport(card, networks[0], images),
    });
    return;
  }
  const { distance, threshold } = model.config;
  const title = basename(resolve(out)).replace(/-hub$/, '');
  await writeFolderAtomic(out, async (temporary) => {
    const write = async (name: string, content: string | Uint8Array) =>
      writeFileAtomic(join(temporary, name), content);
    for (const { file, bytes } of variants) await write(file, bytes);
    await write('README.md', renderHubCard({ title, card, threshold, distance }, networks, images));
    await write('config.json', `${JSON.stringify(hub.config, null, 2)}\n`);
    await write('preprocessor_config.json', `${JSON.stringify(hub.preprocessor, null, 2)}\n`);
  });
}
