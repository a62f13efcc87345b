import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SamesameError } from '../../base/errors.ts';
import { parseNpy } from '../../data/sources/npy.ts';
import { openZip } from '../../data/sources/zip.ts';
import {
  type HubConfigs,
  halveEncoder,
  hubConfigs,
  type ImageBatches,
  type ImageDims,
  type NamedParameter,
  quantizeEncoder,
  readParameters,
  toHubGraph,
  type WeightBits,
  withParameters,
} from '../../export/index.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import { COMPARATOR_SCOPE, type ModelFiles } from '../../model/index.ts';
import { decodeSafetensors, encodeSafetensors } from '../../train/safetensors.ts';
import { encodeNpz } from '../npz-writer.ts';
import type { ExportFormat } from './formats.ts';

/** One network of an export: most have one, a hub folder has up to three. */
export interface Variant {
  /** File that it is written to, below the folder of the export; of a single file, nothing. */
  readonly file: string;
  readonly precision: 'float32' | 'float16' | 'int8';
  /** What is written. */
  readonly bytes: Uint8Array;
  /** An ONNX file that embeds as what is written does: `images` or `pixel_values` in. */
  readonly network: Uint8Array;
  /** Convolutions and dense layers that count in 8 bits, and all there are; of int8 alone. */
  readonly layers?: { readonly numQuantized: number; readonly numLayers: number };
}

export interface Conversion {
  readonly variants: readonly Variant[];
  /** Of a hub folder. */
  readonly hub?: HubConfigs;
}

export interface ConvertOptions {
  /** Images to calibrate 8 bits on. Undefined where there are none. */
  readonly images?: () => ImageBatches;
  readonly weightBits?: WeightBits;
  readonly runtime: Runtime;
}

/** The networks of a model in another format. @throws E_CONFIG, E_MODEL, E_RUNTIME */
export async function convertModel(
  files: ModelFiles,
  format: ExportFormat,
  options: ConvertOptions,
): Promise<Conversion> {
  const { encoder, config } = files;
  const { height, width, channels } = config.input;
  const place = { dims: [height, width, channels] as ImageDims, runtime: options.runtime };
  const quantize = async (images: ImageBatches): Promise<Omit<Variant, 'file'>> => {
    const { weightBits } = options;
    const { encoder: bytes, ...layers } = await quantizeEncoder(encoder, { ...place, images, weightBits });
    return { precision: 'int8', bytes, network: bytes, layers };
  };
  const halve = async (): Promise<Omit<Variant, 'file'>> => {
    const bytes = await halveEncoder(encoder, place);
    return { precision: 'float16', bytes, network: bytes };
  };
  switch (format) {
    case 'onnx': {
      const bytes = describeItself(files);
      return { variants: [{ file: '', precision: 'float32', bytes, network: bytes }] };
    }
    case 'onnx-int8':
      return { variants: [{ file: 'encoder.onnx', ...(await quantize(imagesOf(options))) }] };
    case 'onnx-fp16':
      return { variants: [{ file: 'encoder.onnx', ...(await halve()) }] };
    case 'safetensors':
    case 'npz': {
      const parameters = readParameters(encoder);
      const bytes = await encodeParameters(format, files, parameters);
      const network = withParameters(encoder, await decodeParameters(format, bytes));
      return { variants: [{ file: '', precision: 'float32', bytes, network }] };
    }
    case 'hub-folder': {
      const hub = hubConfigs(config);
      const asHub = (file: string, variant: Omit<Variant, 'file'>): Variant => {
        const bytes = toHubGraph(variant.bytes, place.dims);
        return { ...variant, file: `onnx/${file}`, bytes, network: bytes };
      };
      const variants = [
        asHub('model.onnx', { precision: 'float32', bytes: encoder, network: encoder }),
        asHub('model_fp16.onnx', await halve()),
      ];
      if (options.images !== undefined)
        variants.push(asHub('model_quantized.onnx', await quantize(options.images())));
      return { variants, hub };
    }
  }
}

/** @throws E_CONFIG where there are none */
function imagesOf({ images }: ConvertOptions): ImageBatches {
  if (images !== undefined) return images();
  throw new SamesameError('E_CONFIG', {
    what: 'onnx-int8 needs images to see how large the activations become',
    expected: 'images like those that the model will see; labels are not needed',
    received: 'none',
    help: 'name some (--calibrate IMAGES), or data to measure on, of which some are taken (samesame export MODEL DATA)',
    details: { option: 'calibrate' },
  });
}

/** The encoder's file with what its config says among its metadata, since nothing lies beside it. */
function describeItself({ encoder, config }: ModelFiles): Uint8Array {
  const { input, distance, threshold, calibration, answers } = config;
  const about = { input, distance, threshold, calibration, ...(answers && { answers }) };
  return withParameters(encoder, new Map(), {
    samesame: JSON.stringify(about),
    ...Object.fromEntries(
      Object.entries(input).map(([key, value]) => [`samesame.input.${key}`, String(value)]),
    ),
    'samesame.distance': distance,
    'samesame.threshold': String(threshold),
  });
}

async function encodeParameters(
  format: 'safetensors' | 'npz',
  { comparator, config }: ModelFiles,
  encoder: ReadonlyMap<string, NamedParameter>,
): Promise<Uint8Array> {
  const own = (name: string) =>
    name.startsWith(`${COMPARATOR_SCOPE}/`) ? name : `${COMPARATOR_SCOPE}/${name}`;
  const head =
    comparator === undefined
      ? []
      : Array.from(readParameters(comparator), ([name, value]) => [own(name), value] as const);
  const parameters = new Map([...encoder, ...head]);
  if (format === 'npz') return encodeNpz(Object.fromEntries(parameters));
  const { input, distance, threshold } = config;
  const metadata = {
    format: 'samesame',
    network: config.encoder.name,
    input: JSON.stringify(input),
    distance,
  };
  return encodeSafetensors({ tensors: parameters, metadata: { ...metadata, threshold: String(threshold) } });
}

/** What a reader of the file finds in it. */
async function decodeParameters(
  format: 'safetensors' | 'npz',
  bytes: Uint8Array,
): Promise<ReadonlyMap<string, NamedParameter>> {
  if (format === 'safetensors') return decodeSafetensors(bytes, 'the export').tensors;
  const folder = await mkdtemp(join(tmpdir(), 'samesame-export-'));
  try {
    const path = join(folder, 'parameters.npz');
    await writeFile(path, bytes);
    const archive = await openZip(path);
    try {
      const read = async (name: string) => {
        const { shape, data } = parseNpy(await archive.read(name), name);
        return [name.replace(/\.npy$/, ''), { shape, data: new Float32Array(data.slice().buffer) }] as const;
      };
      const found = new Map<string, NamedParameter>();
      for (const name of archive.names) found.set(...(await read(name)));
      return found;
    } finally {
      archive.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
