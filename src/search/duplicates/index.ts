export {
  addEmbeddingLinks,
  type EmbeddingLinksOptions,
  type NeighbourIndex,
} from './embedding-links.ts';
export { type FindLinksOptions, type FoundLinks, findLinks } from './find-links.ts';
export { type DuplicateGroup, groupLinks, type Member } from './groups.ts';
export { type DuplicateJudgement, judgeDuplicates, type PairCounts } from './judge-duplicates.ts';
export { createKeeper, KEEP_RULES, type KeepRule } from './keeper.ts';
export { createMemoryIndex } from './memory-index.ts';
export { type Link, type Pairing, TIERS, type Tier } from './types.ts';
