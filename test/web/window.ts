import type * as samesame from '../../src/web/index.ts';

/** What the window of a site's page holds. */
export interface WindowWithLibrary {
  readonly samesame: typeof samesame;
}
