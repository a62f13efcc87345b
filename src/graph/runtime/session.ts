import type * as OrtCommon from 'onnxruntime-common';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';
import { SamesameError } from '../../base/errors.ts';
import type { DType } from '../dtype.ts';
import type { TensorType } from '../tensor.ts';
import type { LoadOptions, Program, Runtime, RuntimeTensor } from './types.ts';

/** The part of ONNX Runtime's packages that both have. */
type OrtModule = Pick<typeof OrtCommon, 'InferenceSession' | 'Tensor'>;

/** A runtime over one of ONNX Runtime's JavaScript packages; they share their interface. */
export function createOrtRuntime(
  name: string,
  ort: OrtModule,
  sessionOptions: (options: LoadOptions) => InferenceSession.SessionOptions,
): Runtime {
  return {
    name,
    tensor: (type, data, dims) =>
      new ort.Tensor(type as 'float32', data as Float32Array, dims) as RuntimeTensor,
    async load(model, options = {}) {
      try {
        return wrap(await ort.InferenceSession.create(model, sessionOptions(options)), name);
      } catch (cause) {
        throw new SamesameError('E_RUNTIME', {
          what: `${name} could not load a graph of ${model.byteLength} bytes`,
          expected: 'an ONNX model of ops that this runtime has',
          received: messageOf(cause),
          cause,
        });
      }
    },
  };
}

function wrap(session: InferenceSession, runtimeName: string): Program {
  return {
    inputs: typesOf(session.inputMetadata),
    outputs: typesOf(session.outputMetadata),
    async run(feeds, fetches) {
      try {
        const ortFeeds = feeds as unknown as Record<string, OrtTensor>;
        const results =
          fetches === undefined
            ? await session.run(ortFeeds)
            : await session.run(ortFeeds, withAll(session, fetches));
        return results as unknown as Record<string, RuntimeTensor>;
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

/** Every output by name: the given tensor to write into, or null where the runtime is to make one. */
function withAll(session: InferenceSession, fetches: Readonly<Record<string, RuntimeTensor>>) {
  const all: Record<string, OrtTensor | null> = {};
  for (const output of session.outputNames) all[output] = (fetches[output] as unknown as OrtTensor) ?? null;
  return all;
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
