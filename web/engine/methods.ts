import type { EngineApi } from './api.ts';
import { findGroups } from './groups.ts';
import { placeEmbeddings } from './places.ts';
import type { CallContext } from './protocol.ts';
import { makeThumbnails } from './thumbnails.ts';

export type Methods = {
  readonly [M in keyof EngineApi]: (
    args: EngineApi[M]['args'],
    context: CallContext,
  ) => Promise<EngineApi[M]['answer']>;
};

export const methods: Methods = {
  places: placeEmbeddings,
  groups: findGroups,
  thumbnails: makeThumbnails,
};
