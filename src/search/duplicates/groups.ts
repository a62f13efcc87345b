import { createJoins } from '../../data/inspect/groups.ts';
import { type Link, TIERS, type Tier } from './types.ts';

/** An image of a group beside its keeper, and what it is known by. */
export interface Member {
  readonly index: number;
  /** The weakest tier between it and the keeper. */
  readonly tier: Tier;
  /** Of the link to `of`. */
  readonly distance: number;
  readonly reason: string;
  /** The image of the group that it was compared with: the keeper, or one between them. */
  readonly of: number;
  /** Whether it is the keeper's mirror image. */
  readonly isMirrored: boolean;
  /** Whether it belongs to what the others were held against, and so is no copy to be rid of. */
  readonly isReference: boolean;
}

/** Copies of one picture, and which of them to keep. */
export interface DuplicateGroup {
  readonly keeper: number;
  /** The closest to the keeper first. */
  readonly members: readonly Member[];
}

export interface GroupOptions {
  readonly numImages: number;
  readonly links: readonly Link[];
  /** The one to keep of these, ascending. */
  readonly choose: (images: readonly number[]) => number | Promise<number>;
  /** Images that others are held against: one of them is the keeper. Default: there are none. */
  readonly isReference?: (index: number) => boolean;
}

/** The connected components of links, each seen from the image to keep; in the order of their keepers. */
export async function groupLinks({
  numImages,
  links,
  choose,
  isReference = () => false,
}: GroupOptions): Promise<DuplicateGroup[]> {
  const joins = createJoins(numImages);
  const neighbours = linksByImage(links);
  for (const { a, b } of links) joins.join(a, b);
  const groups: DuplicateGroup[] = [];
  for (const images of joins.groups()) {
    const references = images.filter(isReference);
    const keeper = await choose(references.length > 0 ? references : images);
    const members = walkFrom(keeper, neighbours).map(({ index, of, link, worst, isMirrored }) => ({
      index,
      tier: TIERS[worst],
      distance: link.distance,
      reason: link.reason,
      of,
      isMirrored,
      isReference: isReference(index),
    }));
    groups.push({ keeper, members });
  }
  return groups.sort((a, b) => a.keeper - b.keeper);
}

/** An image reached from another over links. */
export interface Reached {
  readonly index: number;
  /** The image before it on the way. */
  readonly of: number;
  readonly link: Link;
  /** Place in TIERS of the weakest link on the way, and the largest distance among links of that tier. */
  readonly worst: number;
  readonly distance: number;
  readonly isMirrored: boolean;
}

/** Everything that links lead to from an image: the surest tier first, then the least distance. */
export function walkFrom(start: number, neighbours: ReadonlyMap<number, readonly Link[]>): Reached[] {
  const reached: Reached[] = [];
  const seen = new Set([start]);
  const open: Omit<Reached, 'of' | 'link'>[] = [{ index: start, worst: 0, distance: 0, isMirrored: false }];
  for (const from of open) {
    for (const link of neighbours.get(from.index) ?? []) {
      const index = link.a === from.index ? link.b : link.a;
      if (seen.has(index)) continue;
      seen.add(index);
      const tier = TIERS.indexOf(link.tier);
      const worst = Math.max(from.worst, tier);
      const distance = Math.max(from.worst === worst ? from.distance : 0, tier === worst ? link.distance : 0);
      const next = {
        index,
        of: from.index,
        link,
        worst,
        distance,
        isMirrored: from.isMirrored !== link.isMirrored,
      };
      reached.push(next);
      open.push(next);
    }
  }
  return reached.sort((p, q) => p.worst - q.worst || p.distance - q.distance || p.index - q.index);
}

/** Links by each of their ends. */
export function linksByImage(links: readonly Link[]): Map<number, Link[]> {
  const neighbours = new Map<number, Link[]>();
  for (const link of links) {
    for (const end of [link.a, link.b]) {
      const list = neighbours.get(end);
      if (list === undefined) neighbours.set(end, [link]);
      else list.push(link);
    }
  }
  return neighbours;
}
