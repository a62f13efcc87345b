// A thread that decodes. libvips has threads of its own, but BMP and Netpbm are read in TypeScript, and a file may be large.
import sharp from 'sharp';
import { decodeImage } from '../../data/pixels/decode.ts';
import { readThumbnail } from '../../jobs/thumbnail.ts';
import { answerJobs } from './answer.ts';
import type { DecodeJob } from './messages.ts';

// Many images at once, one libvips thread each; requests seldom bring the same image twice, so nothing is kept.
sharp.concurrency(1);
sharp.cache(false);

answerJobs<DecodeJob>(
  {
    ready: Promise.resolve(),
    work: (job) =>
      job.kind === 'pixels'
        ? decodeImage(job.bytes, job.target, { maxPixels: job.maxPixels })
        : readThumbnail(job.path, { maxPixels: job.maxPixels }),
    close: async () => {},
  },
  { isParallel: true },
);
