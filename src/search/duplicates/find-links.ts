import { hammingDistance } from '../../data/hash/perceptual.ts';
import { correlationOf } from '../../data/inspect/copies.ts';
import { createJoins, type Joins } from '../../data/inspect/groups.ts';
import { DEFAULT_NEAR_BITS, findCopies, type ImageFacts } from '../../data/inspect/index.ts';
import type { ImageSet, ProgressEvent } from '../../data/types.ts';
import type { Alignment } from './align.ts';
import { findCandidates } from './candidates.ts';
import { confirm } from './confirm.ts';
import { isWorthReading } from './first-look.ts';
import { createKeptThumbnails } from './kept-thumbnails.ts';
import { type Portraits, paintPortraits } from './portraits.ts';
import { createViews, type Views } from './thumbnails.ts';
import type { Link, Pairing, Tier } from './types.ts';

export interface FindLinksOptions {
  /** Default: the first three. */
  readonly tiers?: readonly Tier[];
  /** Images, from the first, that are there to be read; the others are known by their embeddings only. Default: all. */
  readonly numExamined?: number;
  /** Which images may be compared. Default: any two. */
  readonly pairing?: Pairing;
  /** Whether mirror images count as copies. Default false: a left shoe is no copy of the right one. */
  readonly mirrored?: boolean;
  /** Stages `inspect`, `compare` and `confirm`. */
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly signal?: AbortSignal;
}

/** What was found without a network, and what it takes to go on with one. */
export interface FoundLinks {
  readonly links: Link[];
  readonly joins: Joins;
  readonly portraits: Portraits;
  readonly views: Views;
}

/**
 * Finds copies in a set by bytes, by pixels and by perceptual hashes. Two images that are joined by others already are
 * not compared any more, so there are about as many links as copies, and not as many as pairs.
 * @throws what `signal` aborts with
 */
export async function findLinks(set: ImageSet, options: FindLinksOptions = {}): Promise<FoundLinks> {
  const {
    tiers = ['bytes', 'pixels', 'hash'],
    pairing = () => true,
    mirrored = false,
    onProgress,
    signal,
  } = options;
  const wants = (tier: Tier) => tiers.includes(tier);
  const thumbnails = createKeptThumbnails();
  const portraits = await paintPortraits(set, {
    numImages: options.numExamined,
    windows: wants('hash'),
    mirrored,
    thumbnails,
    onProgress,
    signal,
  });
  const { facts } = portraits;
  const views = createViews(set, { sizeOf: (index) => facts[index]?.header, thumbnails });
  const links: Link[] = [];
  const joins = createJoins(set.numImages);
  const add = (link: Link) => {
    if (joins.areJoined(link.a, link.b)) return;
    joins.join(link.a, link.b);
    links.push(link);
  };
  const alike: [number, number][] = [];
  const copies = await findCopies(set, facts, {
    threshold: DEFAULT_NEAR_BITS,
    onAlike: (a, b) => alike.push([a, b]),
    onProgress,
    signal,
  });
  const equal = { distance: 0, isMirrored: false };
  if (wants('bytes')) {
    for (const [a, b] of spanning(copies.exact, pairing))
      add({ a, b, tier: 'bytes', reason: 'the same file, byte for byte', ...equal });
  }
  if (wants('pixels')) {
    const differing = copies.pixels;
    for (const [a, b] of spanning(differing, pairing)) {
      if (facts[a].content !== facts[b].content)
        add({ a, b, tier: 'pixels', reason: 'the same pixels in another file', ...equal });
    }
  }
  if (wants('hash')) {
    addAlike(facts, allowedOf(alike, set.numImages, pairing), add);
    const candidates = findCandidates(portraits.windows, (a, b) => pairing(a, b) && !joins.areJoined(a, b));
    for (const [done, candidate] of candidates.entries()) {
      if (done % 64 === 0) {
        signal?.throwIfAborted();
        onProgress?.({ stage: 'confirm', done, total: candidates.length });
      }
      const { a, b, isMirrored } = candidate;
      if (joins.areJoined(a, b) || !isWorthReading(candidate, facts)) continue;
      const found = await confirm(candidate, views);
      if (found === undefined) continue;
      const tier = 'hash' as const;
      add({
        a,
        b,
        tier,
        distance: 1 - found.detail,
        reason: describeAlignment(found, isMirrored),
        isMirrored,
      });
    }
  }
  return { links, joins, portraits, views };
}

/** Pairs that hold groups together, where only some images may be compared: each with the first that it may be. */
function spanning(groups: readonly (readonly number[])[], pairing: Pairing): [number, number][] {
  const pairs: [number, number][] = [];
  for (const group of groups) {
    for (const [i, b] of group.entries()) {
      for (const a of group.slice(0, i)) {
        if (!pairing(a, b)) continue;
        pairs.push([a, b]);
        break;
      }
    }
  }
  return pairs;
}

/**
 * Of pairs that look alike those that may be compared, and where a chain leads over images that may not, its ends: of
 * many like images not every two were compared.
 */
function allowedOf(
  alike: readonly (readonly [number, number])[],
  numImages: number,
  pairing: Pairing,
): (readonly [number, number])[] {
  const allowed = alike.filter(([a, b]) => pairing(a, b));
  if (allowed.length === alike.length) return allowed;
  const joins = createJoins(numImages);
  for (const [a, b] of alike) joins.join(a, b);
  return [...allowed, ...spanning(joins.groups(), pairing)];
}

/** What looks alike as a whole, the nearest first. */
function addAlike(
  facts: readonly ImageFacts[],
  alike: readonly (readonly [number, number])[],
  add: (link: Link) => void,
): void {
  const measured = alike.map(([a, b]) => {
    const [one, other] = [facts[a].look!, facts[b].look!];
    return {
      a,
      b,
      bits: hammingDistance(one.hash, other.hash),
      distance: Math.max(0, 1 - correlationOf(one.patch, other.patch)),
    };
  });
  measured.sort((p, q) => p.distance - q.distance || p.a - q.a || p.b - q.b);
  for (const { a, b, bits, distance } of measured) {
    const reason = `the same picture: ${bits} of 64 bits of the perceptual hash differ`;
    add({ a, b, tier: 'hash', distance, reason, isMirrored: false });
  }
}

/** What was seen when one was laid on the other. */
export function describeAlignment(
  { placement: { xx, yy }, coveredA, coveredB, detail }: Alignment,
  isMirrored: boolean,
): string {
  const share = Math.min(coveredA, coveredB);
  const part = share < 0.97 || Math.abs(Math.sqrt(Math.abs(xx * yy)) - 1) > 0.02;
  const what = part ? `one shows ${Math.round(100 * share)} % of the other` : 'the same picture';
  return `${isMirrored ? 'mirrored; ' : ''}${what}: details correlate by ${detail.toFixed(2)}`;
}
