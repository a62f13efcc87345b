/** An object as a listing tells of it. */
export interface S3Object {
  readonly key: string;
  readonly sizeBytes: number;
  /** When it was last written: milliseconds since 1970, whole seconds, because headers have no more. */
  readonly modifiedMs: number;
}

export interface ListingPage {
  readonly objects: readonly S3Object[];
  /** What to ask for the next page with; undefined on the last. */
  readonly nextToken?: string;
}

/**
 * One answer to ListObjectsV2. Asked with `encoding-type=url`, a storage writes keys in escapes, so that every key fits
 * into XML; one that does not know the parameter leaves `EncodingType` out, and its keys are read as XML.
 * @source https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function readListing(xml: string): ListingPage {
  const isEscaped = textOf(xml, 'EncodingType') === 'url';
  const objects: S3Object[] = [];
  for (const [, contents] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const key = textOf(contents, 'Key');
    if (key === undefined) continue;
    objects.push({
      key: isEscaped ? decodeURIComponent(key.replaceAll('+', ' ')) : key,
      sizeBytes: Number(textOf(contents, 'Size') ?? 0),
      modifiedMs: wholeSeconds(textOf(contents, 'LastModified')),
    });
  }
  const isCut = textOf(xml, 'IsTruncated') === 'true';
  return { objects, nextToken: isCut ? textOf(xml, 'NextContinuationToken') : undefined };
}

/** Code of the failure that an answer tells of: `NoSuchKey`, `AccessDenied`, … */
export function readFailure(xml: string): { readonly code?: string; readonly message?: string } {
  return { code: textOf(xml, 'Code'), message: textOf(xml, 'Message') };
}

/** A time in either of the protocol's forms, without its fraction of a second; 0 where there is none. */
export function wholeSeconds(time: string | null | undefined): number {
  const ms = Date.parse(time ?? '');
  return Number.isNaN(ms) ? 0 : Math.floor(ms / 1000) * 1000;
}

function textOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, entity) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[entity as string] ?? whole;
  });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
