import { isS3Address, parseS3Address, s3Path } from '../../data/s3/address.ts';
import type { S3Client } from '../../data/s3/client.ts';
import { fileSet } from '../../data/sources/file-set.ts';
import { readPathList } from '../../data/sources/path-list.ts';
import { isImageName } from '../../data/sources/walk.ts';
import { imageId, storedPath } from '../../search/store/identity.ts';
import type { ListedImage } from './listing.ts';
import type { Metadata } from './metadata.ts';

/** An image by its name: all that a machine needs to read it, if it sees the same files. */
export interface NamedImage {
  /** As the store keeps it: absolute, or `s3://…`. */
  readonly path: string;
  /** Name of its class, where its source says one. */
  readonly label: string | null;
  /** Of an object, from its listing. */
  readonly sizeBytes?: number;
  readonly modifiedMs?: number;
  readonly metadata?: Metadata;
}

/** What the paths of an S3 address's images begin with: of one object its own path, else a folder's. */
export function s3Prefix(address: string): string {
  const { bucket, key } = parseS3Address(address);
  return s3Path({ bucket, key: key === '' || key.endsWith('/') || isImageName(key) ? key : `${key}/` });
}

/**
 * The images below an address of an S3-compatible storage, as they are listed. The first level below it is the label;
 * names that are no image's, and hidden ones, are passed over, as in a folder.
 */
export async function* listS3(
  address: string,
  client: S3Client,
  signal?: AbortSignal,
): AsyncGenerator<NamedImage> {
  const { bucket, key: prefix } = parseS3Address(s3Prefix(address));
  const isOne = isImageName(prefix);
  for await (const objects of client.list({ bucket, key: prefix }, signal)) {
    for (const { key, sizeBytes, modifiedMs } of objects) {
      const below = key.slice(prefix.length);
      if (isOne ? below !== '' : !isImageName(key) || isHidden(below)) continue;
      const end = below.indexOf('/');
      const label = end > 0 ? below.slice(0, end) : null;
      yield { path: s3Path({ bucket, key }), label, sizeBytes, modifiedMs };
    }
  }
}

/** The images that a list names; a path that is not absolute counts from the working folder, as tar and rsync have it. */
export async function* listPathList(file: string): AsyncGenerator<NamedImage> {
  for await (const { path, label = null } of readPathList(file))
    yield { path: isS3Address(path) ? s3Path(parseS3Address(path)) : storedPath(path), label };
}

/** Images that are ready to be read: files by this machine, objects through the client. */
export function readable(images: readonly NamedImage[], client: () => S3Client): ListedImage[] {
  const set = fileSet(images.map(({ path }) => path));
  return images.map(({ path, label, sizeBytes, modifiedMs }, index) => {
    const image = { id: imageId(path), path, label, set, index };
    if (!isS3Address(path)) return { ...image, file: path };
    const read = () => client().read(parseS3Address(path));
    return { ...image, object: { sizeBytes, modifiedMs, read } };
  });
}

function isHidden(below: string): boolean {
  return below.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
}
