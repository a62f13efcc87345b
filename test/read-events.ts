// A reader of TensorBoard's event files that shares no code with the writer: the checksum bit by bit instead of by a
// table, and the wire format of protocol buffers walked by hand.

export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly fileVersion?: string;
  /** Status of a session log: 1 is START. */
  readonly session?: number;
  readonly values: readonly ReadValue[];
}

export interface ReadValue {
  readonly tag: string;
  readonly scalar?: number;
  readonly image?: { height: number; width: number; colorspace: number; png: Uint8Array };
  readonly histogram?: {
    min: number;
    max: number;
    num: number;
    sum: number;
    sumSquares: number;
    limits: number[];
    counts: number[];
  };
}

/** The whole records of a file, and the bytes behind them, which a kill has left. @throws where a checksum is wrong */
export function readEventFile(file: Uint8Array): { events: ReadEvent[]; tornBytes: number } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const events: ReadEvent[] = [];
  let at = 0;
  while (at + 12 <= file.length) {
    const length = Number(view.getBigUint64(at, true));
    checkCrc(file.subarray(at, at + 8), view.getUint32(at + 8, true), `length at ${at}`);
    if (at + 16 + length > file.length) break;
    const data = file.subarray(at + 12, at + 12 + length);
    checkCrc(data, view.getUint32(at + 12 + length, true), `data at ${at + 12}`);
    events.push(readEvent(data));
    at += 16 + length;
  }
  return { events, tornBytes: file.length - at };
}

/**
 * Values by tag and step over the files of a folder in the order of their names, as TensorBoard sees them: a START
 * takes back what came before it at its step and behind it. @throws where a tag has two values at one step
 */
export function readSession(files: readonly Uint8Array[]): Map<string, Map<number, ReadValue>> {
  const series = new Map<string, Map<number, ReadValue>>();
  for (const file of files) {
    for (const { step, session, values } of readEventFile(file).events) {
      if (session === 1) {
        for (const points of series.values())
          for (const seen of [...points.keys()]) if (seen >= step) points.delete(seen);
      }
      for (const value of values) {
        const points = series.get(value.tag) ?? new Map<number, ReadValue>();
        if (points.has(step)) throw new Error(`${value.tag} is there twice at step ${step}`);
        series.set(value.tag, points.set(step, value));
      }
    }
  }
  return series;
}

function checkCrc(bytes: Uint8Array, expected: number, what: string): void {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  const masked = (((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn;
  if (Number(masked) !== expected) throw new Error(`the checksum of the ${what} is wrong`);
}

type Field = { readonly number: number } & (
  | { readonly type: 0; readonly value: number }
  | { readonly type: 1 | 2 | 5; readonly value: Uint8Array }
);

/** The fields of a message: varints as numbers, all else as bytes. */
function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const [number, type] = [Math.floor(key / 8), key % 8];
    if (type === 0) fields.push({ number, type, value: varint() });
    else if (type === 1 || type === 2 || type === 5) {
      const length = type === 1 ? 8 : type === 5 ? 4 : varint();
      fields.push({ number, type, value: message.subarray(at, at + length) });
      at += length;
    } else throw new Error(`wire type ${type} at ${at}`);
  }
  if (at !== message.length) throw new Error('a field goes past the end of its message');
  return fields;
}

const bytes = (field: Field | undefined) => field?.value as Uint8Array;
const text = (field: Field | undefined) => new TextDecoder('utf-8', { fatal: true }).decode(bytes(field));
const doubles = (packed: Uint8Array) => {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  return Array.from({ length: packed.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
};

function readEvent(message: Uint8Array): ReadEvent {
  const fields = fieldsOf(message);
  const find = (number: number) => fields.find((field) => field.number === number);
  const [version, summary, session] = [find(3), find(5), find(7)];
  return {
    wallTime: doubles(bytes(find(1)))[0],
    step: find(2)!.value as number,
    ...(version && { fileVersion: text(version) }),
    ...(session && { session: fieldsOf(bytes(session))[0].value as number }),
    values: summary === undefined ? [] : fieldsOf(bytes(summary)).map((field) => readValue(bytes(field))),
  };
}

function readValue(message: Uint8Array): ReadValue {
  const fields = fieldsOf(message);
  const find = (number: number) => fields.find((field) => field.number === number);
  const [scalar, image, histogram] = [bytes(find(2)), bytes(find(4)), bytes(find(5))];
  return {
    tag: text(find(1)),
    ...(scalar && { scalar: new DataView(scalar.buffer, scalar.byteOffset).getFloat32(0, true) }),
    ...(image && { image: readImage(fieldsOf(image)) }),
    ...(histogram && { histogram: readHistogram(fieldsOf(histogram)) }),
  };
}

function readImage(fields: Field[]) {
  const [height, width, colorspace, png] = fields.map(({ value }) => value);
  return { height, width, colorspace, png } as NonNullable<ReadValue['image']>;
}

function readHistogram(fields: Field[]) {
  const [min, max, num, sum, sumSquares, limits, counts] = fields.map((field) => doubles(bytes(field)));
  return {
    min: min[0],
    max: max[0],
    num: num[0],
    sum: sum[0],
    sumSquares: sumSquares[0],
    limits,
    counts,
  };
}
