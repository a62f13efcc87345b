import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { toProblem } from '../engine/protocol.ts';
import { Notice } from '../parts/notice.tsx';
import { TEXT } from '../text.ts';
import type { ViewName } from './navigation.ts';

/** Each view comes when it is first opened: Compare need not wait for the others. */
const VIEWS: Readonly<Record<ViewName, () => Promise<{ default: ComponentType }>>> = {
  compare: () => import('../views/compare/compare.tsx'),
  search: () => import('../views/search/search.tsx'),
  map: () => import('../views/map/map.tsx'),
  duplicates: () => import('../views/duplicates/duplicates.tsx'),
  teach: () => import('../views/teach/teach.tsx'),
  report: () => import('../views/report/report.tsx'),
};

export function ViewFrame({ view }: { readonly view: ViewName }) {
  const [loaded, setLoaded] = useState<{ View: ComponentType }>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    document.title = `${TEXT.views[view]} · ${TEXT.name}`;
    // Of two that are asked for at once, the later may come first.
    let isGone = false;
    VIEWS[view]().then(
      (module) => isGone || setLoaded({ View: module.default }),
      (problem) => isGone || setError(problem),
    );
    return () => {
      isGone = true;
    };
  }, [view]);
  if (error !== undefined) return <Notice problem={{ ...toProblem(error), what: TEXT.error.view }} />;
  if (loaded === undefined) return <p class="loading">{TEXT.loading}</p>;
  return <loaded.View />;
}
