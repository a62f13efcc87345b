import { copyInto, type LaidOut, type LayoutJob } from './layout.ts';

/** The four files of MNIST and its like, as they come: `openDataset` reads them compressed. */
export async function layOutIdx(job: LayoutJob): Promise<LaidOut> {
  for (const { name } of job.entry.files) await copyInto(job, name);
  return { data: ['.'] };
}
