import { SamesameError } from '../../base/errors.ts';

/** An object of an S3-compatible storage, or the beginning of many. */
export interface S3Address {
  readonly bucket: string;
  /** As the storage has it, with no escapes; empty for a whole bucket. */
  readonly key: string;
}

export function isS3Address(path: string): boolean {
  return path.startsWith('s3://');
}

/** `s3://bucket/any/key`, letter by letter: nothing in a key is an escape. @throws E_CONFIG */
export function parseS3Address(address: string): S3Address {
  const match = /^s3:\/\/([a-zA-Z0-9][\w.-]*)(?:\/(.*))?$/s.exec(address);
  if (match !== null) return { bucket: match[1], key: match[2] ?? '' };
  throw new SamesameError('E_CONFIG', {
    what: `${address} is no address of objects`,
    expected: 's3://bucket or s3://bucket/prefix',
  });
}

export function s3Path({ bucket, key }: S3Address): string {
  return `s3://${bucket}/${key}`;
}
