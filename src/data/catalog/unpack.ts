import { layOutFlowers } from './layouts/flowers.ts';
import { layOutIdx } from './layouts/idx.ts';
import type { LaidOut, LayoutJob } from './layouts/layout.ts';
import { layOutOmniglot } from './layouts/omniglot.ts';
import { layOutProducts } from './layouts/products.ts';
import type { CatalogEntry } from './types.ts';

const LAYOUTS: Readonly<Record<CatalogEntry['layout'], (job: LayoutJob) => Promise<LaidOut>>> = {
  idx: layOutIdx,
  omniglot: layOutOmniglot,
  'flowers-102': layOutFlowers,
  'products-10k': layOutProducts,
};

/** Unpacks the files of a data set into an empty folder, in the layout that `openDataset` reads. */
export function layOut(job: LayoutJob): Promise<LaidOut> {
  return LAYOUTS[job.entry.layout](job);
}
