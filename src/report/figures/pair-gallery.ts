import { escapeHtml, imageSource } from '../escape.ts';
import { formatDistance } from '../format.ts';
import type { GalleryPair, ReportImage } from '../report-data.ts';

/** Pairs as cards in HTML: two pictures, distance, probability, verdict, and whether the verdict is right. */
export function pairGallery(pairs: readonly GalleryPair[]): string {
  if (pairs.length === 0) return '<p class="nothing">There are none.</p>';
  return `<ul class="pairs">${pairs.map(drawPair).join('')}</ul>`;
}

function drawPair(pair: GalleryPair): string {
  const { left, right, distance, probability, verdict } = pair;
  const { kind, mark } = judge(pair);
  const chance = probability === null ? '' : `<br>probability ${probability.toFixed(2)}`;
  return (
    `<li class="pair ${kind}"><div class="images">${picture(left)}${picture(right)}</div>` +
    `<p class="verdict"><b>${mark} ${verdict}</b> <span>${pair.similar === 1 ? 'similar' : 'dissimilar'}</span></p>` +
    `<p class="facts">distance ${formatDistance(distance)}${chance}</p></li>`
  );
}

/** The picture and, under it, its name. */
export function picture({ image, label }: ReportImage): string {
  const name = escapeHtml(label);
  return `<figure class="picture"><img src="${imageSource(image)}" alt="${name}" decoding="async"><figcaption title="${name}">${name}</figcaption></figure>`;
}

function judge({ verdict, similar }: GalleryPair): { kind: string; mark: string } {
  if (verdict === 'unsure') return { kind: 'unsure', mark: '?' };
  return (verdict === 'same') === (similar === 1)
    ? { kind: 'right', mark: '✓' }
    : { kind: 'wrong', mark: '✗' };
}
