import { writeFileAtomic } from '../../base/files.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from '../../report/format.ts';
import { type GalleryImage, renderGalleryPage } from '../../report/index.ts';
import type { DuplicateGroup, Member, Tier } from '../../search/duplicates/index.ts';
import { drawThumbnail } from '../thumbnail.ts';
import type { Duplicates } from './find.ts';
import { countsOf, headlineOf } from './words.ts';

/** A page of a few megabytes at most: what a person looks through. */
const MAX_GROUPS = 100;
const MAX_MEMBERS = 11;

/**
 * Writes what is there more than once as one HTML page, each group side by side, the image to keep first.
 * @throws E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function writeDuplicatesPage(found: Duplicates, path: string, name: string): Promise<void> {
  const { groups, numSearched, copyBytes, bad, seconds, tiers, encoder, keep, judgement } = found;
  const shown = [...groups].sort((a, b) => b.members.length - a.members.length).slice(0, MAX_GROUPS);
  const hasReferences = found.set.numImages > numSearched;
  const drawn = [];
  for (const group of shown) drawn.push(await drawGroup(found, group));
  const facts: [string, string][] = [
    ['Looked for', tiers.map((tier) => TIER_WORDS[tier]).join(', ')],
    ...(encoder === undefined ? [] : [['Embedded with', encoder] as [string, string]]),
    ['Kept of each group', hasReferences ? 'what the images were held against' : KEEP_WORDS[keep]],
    [
      'Files that cannot be read',
      bad.length === 0
        ? 'none'
        : bad
            .slice(0, 5)
            .map(({ id, reason }) => `${id} (${reason})`)
            .join('; '),
    ],
  ];
  if (judgement !== undefined) {
    const { precision, recall, f1, meanAveragePrecision } = judgement;
    facts.push([
      'Against the ground truth',
      `precision ${formatRate(precision)}, recall ${formatRate(recall)}, F1 ${formatRate(f1)}, mAP ${formatRate(meanAveragePrecision)}`,
    ]);
  }
  const page = renderGalleryPage({
    title: `Duplicates in ${name}`,
    headline: headlineOf(found),
    lead: `${name}: ${countsOf(found)}. Nothing is ever deleted.`,
    tiles: [
      ['Images', formatCount(numSearched), hasReferences ? 'that were asked about' : 'looked at'],
      ['Groups', formatCount(groups.length), 'of copies of one picture'],
      ['Copies', formatCount(found.numCopies), 'beside those to keep'],
      ['They take', formatBytes(copyBytes), 'on the disk'],
    ],
    sections: [
      {
        title: 'Groups',
        lead: 'The largest first; the image to keep stands first, then what is closest to it.',
        groups: drawn,
        numMore: groups.length - shown.length,
        nothing: 'No image is there twice.',
      },
    ],
    facts,
    footer: `Looked through in ${formatDuration(seconds)}.`,
    data: duplicatesToJson(found),
  });
  await writeFileAtomic(path, page);
}

const TIER_WORDS: Readonly<Record<Tier, string>> = {
  bytes: 'the same bytes',
  pixels: 'the same pixels',
  hash: 'perceptual hashes, confirmed on the pixels',
  embedding: 'near embeddings',
};
const KEEP_WORDS = {
  largest: 'the most pixels',
  oldest: 'the oldest file',
  sharpest: 'the sharpest image',
  first: 'the first in the listing',
} as const;

async function drawGroup(found: Duplicates, { keeper, members }: DuplicateGroup) {
  const first: GalleryImage = {
    name: found.set.id(keeper),
    picture: await draw(found, keeper),
    mark: ['kept', 'kept'],
    notes: [aboutFile(found, keeper)].filter((note) => note !== ''),
  };
  const images = [first];
  for (const member of members.slice(0, MAX_MEMBERS)) images.push(await drawMember(found, member, keeper));
  return {
    caption: `${formatCount(members.length + 1)} images`,
    images,
    numMore: Math.max(0, members.length - MAX_MEMBERS),
  };
}

async function drawMember(found: Duplicates, member: Member, keeper: number): Promise<GalleryImage> {
  const { index, tier, reason, of, isMirrored, isReference } = member;
  const by = of === keeper ? reason : `${reason}, beside ${found.set.id(of)}`;
  return {
    name: found.set.id(index),
    picture: await draw(found, index),
    mark: isReference ? ['kept, too', 'plain'] : [isMirrored ? `${tier}, mirrored` : tier, 'copy'],
    notes: [by, aboutFile(found, index)].filter((note) => note !== ''),
  };
}

async function draw({ set, facts }: Duplicates, index: number): Promise<string | undefined> {
  const header = facts[index]?.header;
  return drawThumbnail(set, index, header ?? { height: 1, width: 1 });
}

function aboutFile({ facts, files }: Duplicates, index: number): string {
  const header = facts[index]?.header;
  const size = files[index]?.sizeBytes;
  if (header === undefined || size === undefined) return '';
  return `${header.width}×${header.height} ${header.format}, ${formatBytes(size)}`;
}

/** All that was found, images by their paths. */
export function duplicatesToJson(found: Duplicates): object {
  const { set, groups, files, numSearched, tiers, encoder, keep, bad, aliases, unreadableFolders } = found;
  return {
    images: numSearched,
    heldAgainst: set.numImages - numSearched,
    tiers,
    encoder: encoder ?? null,
    keep,
    groups: groups.map(({ keeper, members }) => ({
      keep: set.id(keeper),
      members: members.map(({ index, tier, distance, reason, of, isMirrored, isReference }) => ({
        path: set.id(index),
        tier,
        distance,
        reason,
        of: set.id(of),
        mirrored: isMirrored,
        copy: !isReference,
        sizeBytes: files[index]?.sizeBytes ?? null,
      })),
    })),
    copies: found.numCopies,
    copyBytes: found.copyBytes,
    bad: bad.length,
    badImages: bad,
    aliases,
    unreadableFolders,
    warnings: found.warnings,
    judgement: found.judgement ?? null,
    seconds: found.seconds,
  };
}
