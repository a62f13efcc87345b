import { maskedCrc32c } from './crc32c.ts';

/** Bytes of a record beside its data: length, its checksum, and the data's. */
const OVERHEAD = 8 + 4 + 4;

/**
 * Frames data as one TFRecord: `uint64 length, uint32 masked CRC of the length, data, uint32 masked CRC of the data`,
 * little-endian. A reader stops before a record that is cut short, and so loses nothing that was written whole.
 * @source tensorflow/core/lib/io/record_writer.h
 */
export function frameRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + OVERHEAD);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}
