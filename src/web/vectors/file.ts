/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';
import { checkSameIdentity } from '../../search/store/same-identity.ts';
import type { StoreIdentity } from '../../search/store/types.ts';
import { decodeSafetensors, encodeSafetensors } from '../../train/safetensors.ts';
import type { Rows } from './rows.ts';
import type { VectorItem } from './types.ts';

const FORMAT = 'samesame-vectors';

/** All rows as a `.safetensors` file: `embeddings` float32 `[N, D]`, items and identity as JSON in its metadata. */
export function encodeRows(rows: Rows, identity: StoreIdentity): Blob {
  const { embeddingSize } = identity;
  const items = Array.from({ length: rows.size }, (_, row) => rows.item(row));
  const bytes = encodeSafetensors({
    tensors: new Map([
      [
        'embeddings',
        {
          shape: [rows.size, embeddingSize],
          data: rows.vectors.subarray(0, rows.size * embeddingSize),
        },
      ],
    ]),
    metadata: { format: FORMAT, identity: JSON.stringify(identity), items: JSON.stringify(items) },
  });
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' });
}

/** @throws E_DATA where it is no such file, E_STORE where it is of another model */
export async function decodeRows(
  file: Blob,
  identity: StoreIdentity,
): Promise<{ readonly items: readonly VectorItem[]; readonly vectors: Float32Array }> {
  const { held, items, vectors } = await parse(new Uint8Array(await file.arrayBuffer()));
  checkSameIdentity('in this file', held, identity);
  return { items, vectors };
}

async function parse(bytes: Uint8Array) {
  try {
    const { tensors, metadata } = decodeSafetensors(bytes, 'the file');
    if (metadata.format !== FORMAT) throw new RangeError(`its format is ${metadata.format}`);
    const items = JSON.parse(metadata.items) as VectorItem[];
    const { data: vectors } = tensors.get('embeddings')!;
    return { held: JSON.parse(metadata.identity) as StoreIdentity, items, vectors };
  } catch (cause) {
    throw new SamesameError('E_DATA', {
      what: 'this file holds no rows of a store',
      expected: 'a .safetensors file as export writes it',
      received:
        cause instanceof RangeError ? cause.message : `${bytes.length} bytes of something else, or cut`,
      cause,
    });
  }
}
