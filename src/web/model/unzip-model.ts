import { unzipSync } from 'fflate';
import { SamesameError } from '../../base/errors.ts';

const WANTED = /(^|\/)(config\.json|encoder\.onnx|comparator\.onnx)$/;
/** Past that a network runs in no browser. */
const MAX_BYTES = 2 ** 31;

/** The files of a model out of a .zip, by path. @throws E_MODEL */
export function unzipModel(zip: Uint8Array): ReadonlyMap<string, Uint8Array> {
  let total = 0;
  try {
    const files = unzipSync(zip, {
      filter({ name, originalSize }) {
        if (!WANTED.test(name)) return false;
        total += originalSize;
        if (total > MAX_BYTES) throw new RangeError(`${total} bytes when unpacked`);
        return true;
      },
    });
    return new Map(Object.entries(files));
  } catch (cause) {
    throw new SamesameError('E_MODEL', {
      what: 'this file is no .zip of a model folder',
      expected: 'a whole .zip with config.json and encoder.onnx in it',
      received: cause instanceof Error ? cause.message : String(cause),
      help: 'pack the model folder of a finished run again',
      cause,
    });
  }
}
