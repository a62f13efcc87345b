import { stat } from 'node:fs/promises';
import { SamesameError } from '../../base/errors.ts';
import { isS3Address } from '../../data/s3/address.ts';
import type { S3Client } from '../../data/s3/client.ts';
import { storedPath } from '../../search/store/identity.ts';
import { listLocal } from '../indexing/listing.ts';
import { listPathList, listS3, type NamedImage, s3Prefix } from '../indexing/sources.ts';

/** Where images come from, to be listed one by one. */
export interface ImageSource {
  /** As it was given. */
  readonly path: string;
  /** What the paths of all of its images in the store begin with; undefined for a single file and for a list. */
  readonly prefix?: string;
  /** Beginnings of paths below it that could not be looked into. */
  readonly unreadable: readonly string[];
  /** Folder that a worker has to see, or it cannot say that a file in it is gone. */
  readonly root?: string;
  readonly images: AsyncIterable<NamedImage> | Iterable<NamedImage>;
}

/**
 * The sources that some paths and lists stand for. Addresses of objects and lists are read as they are asked for; a folder is
 * listed here, because the classes of its images depend on all of it.
 * @throws E_NOT_FOUND, E_PERMISSION; E_CONFIG for an archive, whose images no other machine could be sent to
 */
export async function openSource(
  path: string,
  kind: 'path' | 'list',
  client: () => S3Client,
  signal?: AbortSignal,
): Promise<ImageSource> {
  if (kind === 'list') return { path, unreadable: [], images: listPathList(path) };
  if (isS3Address(path))
    return { path, prefix: s3Prefix(path), unreadable: [], images: listS3(path, client(), signal) };
  const { prefix, unreadable, images } = await listLocal(path);
  if (images.some(({ file }) => file === undefined)) {
    throw new SamesameError('E_CONFIG', {
      what: `the images of ${path} cannot be split among workers`,
      expected: 'image files: a folder, a list of paths, or s3://…',
      received: 'an archive with many images in it',
      help: 'index it without --queue',
      details: { path },
    });
  }
  const isFolder = (await stat(path)).isDirectory();
  const named = images.map((image) => ({ path: image.path, label: image.label }));
  return { path, prefix, unreadable, root: isFolder ? storedPath(path) : undefined, images: named };
}
