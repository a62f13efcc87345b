import { escapeHtml } from '../escape.ts';
import { pairGallery } from '../figures/pair-gallery.ts';
import { retrievalGrid } from '../figures/retrieval-grid.ts';
import { section } from '../page.ts';
import type { ReportData } from '../report-data.ts';

/** Pairs as pictures: some drawn without looking, then the worst mistakes. */
export function pairsSection({ galleries }: ReportData): string {
  if (galleries.length === 0) return '';
  const parts = galleries.map(({ title, pairs }) => `<h3>${escapeHtml(title)}</h3>${pairGallery(pairs)}`);
  return section(
    'Pairs',
    'Each card is one pair with the verdict, and beside it the truth: ✓ where they agree, ✗ where they do not. Mistakes stand with the worst first.',
    parts.join(''),
  );
}

/** Queries and their nearest images. */
export function searchSection({ retrievalExamples }: ReportData): string {
  if (retrievalExamples.length === 0) return '';
  return section(
    'What else looks like this',
    'At the left a query, then its nearest images with their distances: ✓ is of the same class, ✗ with a dashed edge is not.',
    retrievalGrid(retrievalExamples),
  );
}
