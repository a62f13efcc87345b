import { escapeHtml, imageSource } from '../escape.ts';
import { formatCount } from '../format.ts';
import { factTable, renderPage, section, tile } from '../page.ts';
import { GALLERY_STYLES } from './gallery-styles.ts';

/** A page of images in groups: what belongs together and why. All texts are plain. */
export interface GalleryData {
  readonly title: string;
  /** What came out, in one line. */
  readonly headline: string;
  readonly lead: string;
  readonly tiles: readonly (readonly [name: string, value: string, note: string])[];
  readonly sections: readonly GallerySection[];
  /** Names and values. */
  readonly facts: readonly (readonly [string, string])[];
  readonly footer: string;
  /** What programs may read. */
  readonly data: object;
}

export interface GallerySection {
  readonly title: string;
  readonly lead: string;
  readonly groups: readonly GalleryGroup[];
  /** Groups that are not shown. */
  readonly numMore: number;
  /** What stands where there is no group. */
  readonly nothing: string;
}

export interface GalleryGroup {
  readonly caption?: string;
  readonly images: readonly GalleryImage[];
  /** Images that are not shown. */
  readonly numMore: number;
}

export interface GalleryImage {
  readonly name: string;
  /** Data URI; absent where the image cannot be read. */
  readonly picture?: string;
  /** A word that stands on the picture, and how it is meant. */
  readonly mark?: readonly [text: string, kind: 'kept' | 'copy' | 'plain'];
  /** What is to say about it. */
  readonly notes: readonly string[];
}

export function renderGalleryPage(data: GalleryData): string {
  const { title, headline, lead, tiles, sections, facts, footer } = data;
  const shownTiles = tiles.map(([name, value, note]) =>
    tile(escapeHtml(name), escapeHtml(value), escapeHtml(note)),
  );
  return renderPage({
    title,
    styles: GALLERY_STYLES,
    sections: [
      `<header><h1>${escapeHtml(headline)}</h1><p>${escapeHtml(lead)}</p></header><ul class="tiles">${shownTiles.join('')}</ul>`,
      ...sections.map(gallerySection),
      facts.length === 0
        ? ''
        : section('How it was done', '', `<div class="columns">${factTable(facts)}</div>`),
    ],
    footer: escapeHtml(footer),
    data: data.data,
  });
}

function gallerySection({ title, lead, groups, numMore, nothing }: GallerySection): string {
  if (groups.length === 0)
    return section(escapeHtml(title), '', `<p class="nothing">${escapeHtml(nothing)}</p>`);
  const more =
    numMore > 0 ? `<p class="more">and ${formatCount(numMore)} more; --json lists them all</p>` : '';
  return section(
    escapeHtml(title),
    escapeHtml(lead),
    `<ul class="gallery">${groups.map(galleryGroup).join('')}</ul>${more}`,
  );
}

function galleryGroup({ caption, images, numMore }: GalleryGroup): string {
  const text = caption === undefined ? '' : `<h3>${escapeHtml(caption)}</h3>`;
  const more = numMore > 0 ? `<p class="more">and ${formatCount(numMore)} more</p>` : '';
  return `<li>${text}<div class="row">${images.map(galleryImage).join('')}</div>${more}</li>`;
}

function galleryImage({ name, picture, mark, notes }: GalleryImage): string {
  const label = escapeHtml(name);
  const drawing =
    picture === undefined
      ? '<div class="absent">no picture</div>'
      : `<img src="${imageSource(picture)}" alt="${label}" loading="lazy" decoding="async">`;
  const badge = mark === undefined ? '' : `<span class="badge ${mark[1]}">${escapeHtml(mark[0])}</span>`;
  const lines = notes.map((note) => `<p>${escapeHtml(note)}</p>`).join('');
  return `<figure class="shown"><div class="frame">${drawing}${badge}</div><figcaption><b title="${label}">${label}</b>${lines}</figcaption></figure>`;
}
