import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { ValueHistogram } from './histogram.ts';

/** One thing that TensorBoard shows at one step. The part of `tag` before its first `/` is the group that it stands in. */
export type SummaryValue =
  | { readonly kind: 'scalar'; readonly tag: string; readonly value: number }
  | { readonly kind: 'histogram'; readonly tag: string; readonly histogram: ValueHistogram }
  | { readonly kind: 'image'; readonly tag: string; readonly image: PngImage };

export interface PngImage {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What an event says. `start` tells readers to forget what earlier files have of its step and later ones. */
export type EventContent =
  | { readonly kind: 'version' }
  | { readonly kind: 'start' }
  | { readonly kind: 'summary'; readonly values: readonly SummaryValue[] };

export interface EventOptions {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** Steps done. */
  readonly step: number;
}

/** The first event of a file. Readers go by `start` events from version 2 on. */
const FILE_VERSION = 'brain.Event:2';

// Field numbers of tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto and histogram.proto. They
// are written by hand since TensorFlow's schema comes with no package that is kept.
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const SESSION_LOG = { status: 1 } as const;
const SESSION_START = 1;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2, image: 4, histogram: 5 } as const;
const IMAGE = { height: 1, width: 2, colorspace: 3, encoded: 4 } as const;
const RGB = 3;
const HISTOGRAM = { min: 1, max: 2, num: 3, sum: 4, sumSquares: 5, limits: 6, counts: 7 } as const;

/** The bytes of an `Event` message. */
export function encodeEvent(content: EventContent, { wallTime, step }: EventOptions): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(EVENT.wallTime, WireType.Bit64).double(wallTime);
  writer.tag(EVENT.step, WireType.Varint).int64(step);
  if (content.kind === 'version')
    writer.tag(EVENT.fileVersion, WireType.LengthDelimited).string(FILE_VERSION);
  if (content.kind === 'start') {
    writer.tag(EVENT.sessionLog, WireType.LengthDelimited).fork();
    writer.tag(SESSION_LOG.status, WireType.Varint).int32(SESSION_START).join();
  }
  if (content.kind === 'summary') {
    writer.tag(EVENT.summary, WireType.LengthDelimited).fork();
    for (const value of content.values) {
      writer.tag(SUMMARY.value, WireType.LengthDelimited).fork();
      writeValue(writer, value);
      writer.join();
    }
    writer.join();
  }
  return writer.finish();
}

function writeValue(writer: BinaryWriter, value: SummaryValue): void {
  writer.tag(VALUE.tag, WireType.LengthDelimited).string(value.tag);
  if (value.kind === 'scalar') writer.tag(VALUE.simpleValue, WireType.Bit32).float(value.value);
  if (value.kind === 'image') {
    const { height, width, png } = value.image;
    writer.tag(VALUE.image, WireType.LengthDelimited).fork();
    writer.tag(IMAGE.height, WireType.Varint).int32(height);
    writer.tag(IMAGE.width, WireType.Varint).int32(width);
    writer.tag(IMAGE.colorspace, WireType.Varint).int32(RGB);
    writer.tag(IMAGE.encoded, WireType.LengthDelimited).bytes(png).join();
  }
  if (value.kind === 'histogram') {
    writer.tag(VALUE.histogram, WireType.LengthDelimited).fork();
    writeHistogram(writer, value.histogram);
    writer.join();
  }
}

function writeHistogram(writer: BinaryWriter, histogram: ValueHistogram): void {
  for (const name of ['min', 'max', 'num', 'sum', 'sumSquares'] as const)
    writer.tag(HISTOGRAM[name], WireType.Bit64).double(histogram[name]);
  for (const name of ['limits', 'counts'] as const) {
    writer.tag(HISTOGRAM[name], WireType.LengthDelimited).fork(); // packed
    for (const value of histogram[name]) writer.double(value);
    writer.join();
  }
}
