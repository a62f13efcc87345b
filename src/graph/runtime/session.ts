import type * as OrtCommon from 'onnxruntime-common';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';
import { SamesameError } from '../../base/errors.ts';
import type { DType } from '../dtype.ts';
import type { TensorType } from '../tensor.ts';
import type { LoadOptions, Program, Runtime, RuntimeTensor } from './types.ts';

/** The part of ONNX Runtime's packages that both have. */
type OrtModule = Pick<typeof OrtCommon, 'InferenceSession' | 'Tensor'>;

/** What differs between ONNX Runtime's JavaScript packages. */
export interface OrtFlavour {
  readonly sessionOptions: (options: LoadOptions) => InferenceSession.SessionOptions;
  /** Whether results are written into tensors that are handed to `run`. */
  readonly writesIntoFetches: boolean;
}

/** A runtime over one of ONNX Runtime's JavaScript packages; they share their interface. */
export function createOrtRuntime(name: string, ort: OrtModule, flavour: OrtFlavour): Runtime {
  return {
    name,
    tensor: (type, data, dims) =>
      new ort.Tensor(type as 'float32', data as Float32Array, dims) as RuntimeTensor,
    async load(model, options = {}) {
      try {
        const session = await ort.InferenceSession.create(model, flavour.sessionOptions(options));
        return wrap(session, name, flavour);
      } catch (cause) {
        throw new SamesameError('E_RUNTIME', {
          what: `${name} could not load a graph of ${model.byteLength} bytes`,
          expected: 'an ONNX model of ops that this runtime has',
          received: messageOf(cause),
          help: /\/(cpu|wasm)$/.test(name)
            ? 'the file is damaged, or was written for a newer runtime'
            : "this provider's own libraries may be missing; leave --provider out to use the processor",
          cause,
        });
      }
    },
  };
}

function wrap(session: InferenceSession, runtimeName: string, { writesIntoFetches }: OrtFlavour): Program {
  const givesHalves = session.outputMetadata.some((port) => port.isTensor && port.type === 'float16');
  return {
    inputs: typesOf(session.inputMetadata),
    outputs: typesOf(session.outputMetadata),
    async run(feeds, fetches) {
      try {
        const ortFeeds = feeds as unknown as Record<string, OrtTensor>;
        const results =
          fetches !== undefined && writesIntoFetches
            ? await session.run(ortFeeds, withAll(session, fetches))
            : await session.run(ortFeeds);
        const found = results as unknown as Record<string, RuntimeTensor>;
        const tensors = givesHalves ? withHalvesAsBits(found) : found;
        return writesIntoFetches ? tensors : copyInto(fetches ?? {}, tensors);
      } catch (cause) {
        throw new SamesameError('E_RUNTIME', {
          what: `running a graph on ${runtimeName} failed`,
          received: messageOf(cause),
          cause,
        });
      }
    },
    close: () => session.release(),
  };
}

/** Where JavaScript has an array of halves, ONNX Runtime gives one; here they are bits everywhere. */
function withHalvesAsBits(tensors: Readonly<Record<string, RuntimeTensor>>): Record<string, RuntimeTensor> {
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const { type, dims, data } = tensor;
    if (type !== 'float16' || data instanceof Uint16Array) return [name, tensor];
    const { buffer, byteOffset, length } = data as Uint8Array;
    return [name, { type, dims, data: new Uint16Array(buffer, byteOffset, length) }];
  });
  return Object.fromEntries(entries);
}

/** Every output by name: the given tensor to write into, or null where the runtime is to make one. */
function withAll(session: InferenceSession, fetches: Readonly<Record<string, RuntimeTensor>>) {
  const all: Record<string, OrtTensor | null> = {};
  for (const output of session.outputNames) all[output] = (fetches[output] as unknown as OrtTensor) ?? null;
  return all;
}

/** The results, those with a tensor to go into being copied there. */
function copyInto(
  fetches: Readonly<Record<string, RuntimeTensor>>,
  results: Readonly<Record<string, RuntimeTensor>>,
): Record<string, RuntimeTensor> {
  for (const [name, { data }] of Object.entries(fetches)) {
    const from = results[name].data;
    if (from.length !== data.length)
      throw new RangeError(`${name} has ${from.length} elements, its tensor ${data.length}`);
    (data as Float32Array).set(from as Float32Array);
  }
  return { ...results, ...fetches };
}

function typesOf(metadata: readonly InferenceSession.ValueMetadata[]): Record<string, TensorType> {
  return Object.fromEntries(
    metadata.flatMap((port) =>
      port.isTensor ? [[port.name, { dtype: port.type as DType, shape: port.shape }]] : [],
    ),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
