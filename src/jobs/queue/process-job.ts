import { access, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { SamesameError } from '../../base/errors.ts';
import type { S3Client } from '../../data/s3/client.ts';
import type { BadImage } from '../../data/types.ts';
import type { Model } from '../../model/model.ts';
import type { VectorStore } from '../../search/store/types.ts';
import { indexListed } from '../indexing/index-images.ts';
import type { ListedImage } from '../indexing/listing.ts';
import { readable } from '../indexing/sources.ts';
import type { JobOutcome } from './claims.ts';
import type { ImagesJob, JobData } from './types.ts';

export interface WorkingWith {
  readonly model: Pick<Model, 'config' | 'embed'>;
  /** Of the model. */
  readonly fingerprint: string;
  readonly store: VectorStore;
  readonly s3: () => S3Client;
}

const NOTHING_DONE: JobOutcome = {
  counts: { numEmbedded: 0, numUpdated: 0, numUnchanged: 0, numRemoved: 0 },
  numImages: 0,
  bad: [],
};

/** Thrown where the job is right and this worker is not for it: another may have it. */
export class Unfit extends Error {
  override readonly cause: SamesameError;

  constructor(cause: SamesameError) {
    super(cause.message);
    this.name = 'Unfit';
    this.cause = cause;
  }
}

/**
 * Does a job: embeds and writes its images, and names those that cannot be read or are gone. Done twice it leaves the
 * same.
 * @throws Unfit where this machine does not see the folder, or the job is for another model; whatever made the job as a
 *   whole fail
 */
export async function processJob(
  data: JobData,
  { model, fingerprint, store, s3 }: WorkingWith,
): Promise<JobOutcome> {
  if (data.model !== fingerprint) throw new Unfit(otherModel(data.model, fingerprint));
  if (data.kind === 'tidy') {
    await store.compact();
    return NOTHING_DONE;
  }
  const images = readable(data.images, s3);
  await checkInSight(data, images);
  const metadata = data.describes
    ? new Map(data.images.map(({ path, metadata: known = {} }) => [path, known]))
    : undefined;
  const { counts, bad, gone, numUnreachable } = await indexListed(model, store, images, { metadata });
  if (numUnreachable === images.length) throw unreachable(bad);
  const named = gone.map((id) => ({ id, reason: 'gone since it was listed' }));
  return { counts, numImages: images.length, bad: [...bad, ...named] };
}

/** A disk that is not mounted here looks like a folder whose files are all gone, and their rows would be removed. */
async function checkInSight({ root }: ImagesJob, images: readonly ListedImage[]): Promise<void> {
  if (root !== undefined) {
    const found = await stat(root).catch(() => undefined);
    if (found?.isDirectory()) return;
    throw new Unfit(outOfSight(`the folder ${root} is not there`, root));
  }
  const files = images.flatMap(({ file }) => file ?? []);
  for (const file of files) {
    const isThere = await access(file).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
    );
    if (isThere) return;
  }
  if (files.length === images.length)
    throw outOfSight(`none of the ${files.length} files of a job is there, such as ${files[0]}`, files[0]);
}

function outOfSight(what: string, path: string): SamesameError {
  return new SamesameError('E_NOT_FOUND', {
    what: `${what} on ${hostname()}`,
    expected: 'the files that were listed, at the same paths on every machine with a worker',
    help: 'mount the same disk there',
    details: { path, host: hostname() },
  });
}

function otherModel(asked: string, held: string): SamesameError {
  return new SamesameError('E_QUEUE', {
    what: 'the next job of the queue is for another model',
    expected: `model ${asked.slice(0, 12)}`,
    received: `model ${held.slice(0, 12)}`,
    help: 'start the worker with the model that the images are indexed with',
    details: { expected: asked, received: held },
  });
}

function unreachable(bad: readonly BadImage[]): SamesameError {
  return new SamesameError('E_IO', {
    what: `not one of the ${bad.length} images of a job could be fetched on ${hostname()}`,
    received: `${bad[0].id}: ${bad[0].reason}`,
    details: { bad: bad.slice(0, 10) },
  });
}
