// A thread that decodes. libvips has threads of its own, but BMP and Netpbm are read in TypeScript, and a file may be large.
import { stat } from 'node:fs/promises';
import { workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { decodeImage } from '../../data/pixels/decode.ts';
import { drawDecoded, readThumbnail } from '../../jobs/thumbnail.ts';
import { answerJobs } from './answer.ts';
import { createArchives } from './archives.ts';
import type { DecodeJob, DecodeThreadStart } from './messages.ts';
import { createSlots } from './slots.ts';

// Many images at once, one libvips thread each; requests seldom bring the same image twice, so nothing is kept.
sharp.concurrency(1);
sharp.cache(false);

const { numDecodes } = workerData as DecodeThreadStart;
const slots = createSlots(numDecodes);
const archives = createArchives();

answerJobs<DecodeJob>(
  {
    ready: Promise.resolve(),
    work: (job) =>
      slots.run<Uint8Array>(() =>
        job.kind === 'pixels'
          ? decodeImage(job.bytes, job.target, { maxPixels: job.maxPixels })
          : drawThumbnail(job.path, job.maxPixels),
      ),
    close: async () => {},
  },
  { isParallel: true },
);

async function drawThumbnail(path: string, maxPixels: number): Promise<Uint8Array> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return readThumbnail(path, { maxPixels });
  const { pixels, index } = await archives.find(path);
  return drawDecoded(pixels, index);
}
