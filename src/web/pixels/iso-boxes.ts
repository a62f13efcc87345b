/** A box of a file in the ISO base media format. */
export interface IsoBox {
  /** Four characters. */
  readonly type: string;
  /** Behind its size and type. */
  readonly content: DataView;
}

/** Of one part; pictures have a handful, and a file made of nothing but small boxes is none. */
const MAX_BOXES = 10_000;

/**
 * The boxes that lie one after another in a part of a file; what is cut or broken ends the list.
 * @source ISO/IEC 14496-12, 4.2
 */
export function boxesOf(part: DataView): IsoBox[] {
  const boxes: IsoBox[] = [];
  for (let at = 0; at + 8 <= part.byteLength && boxes.length < MAX_BOXES; ) {
    const short = part.getUint32(at);
    const isLong = short === 1;
    if (isLong && at + 16 > part.byteLength) break;
    const size = isLong
      ? Number(part.getBigUint64(at + 8))
      : short === 0
        ? part.byteLength - at // up to the end
        : short;
    const start = isLong ? 16 : 8;
    if (size < start) break;
    const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => part.getUint8(at + i)));
    const end = Math.min(at + size, part.byteLength);
    boxes.push({ type, content: new DataView(part.buffer, part.byteOffset + at + start, end - at - start) });
    at += size;
  }
  return boxes;
}

/** The contents of all boxes on a path of types. */
export function findBoxes(boxes: readonly IsoBox[], [type, ...rest]: readonly string[]): DataView[] {
  const found = boxes.filter((box) => box.type === type).map(({ content }) => content);
  if (rest.length === 0) return found;
  return found.flatMap((content) =>
    findBoxes(boxesOf(type === 'meta' ? withoutVersion(content) : content), rest),
  );
}

/** `meta` begins with a version and flags. */
function withoutVersion({ buffer, byteOffset, byteLength }: DataView): DataView {
  const skipped = Math.min(4, byteLength);
  return new DataView(buffer, byteOffset + skipped, byteLength - skipped);
}
