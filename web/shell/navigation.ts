import { createStore } from '../state/store.ts';

export const VIEW_NAMES = ['compare', 'search', 'map', 'duplicates', 'teach', 'report'] as const;
export type ViewName = (typeof VIEW_NAMES)[number];

/** The view in the address: `#/map`. What is unknown is Compare. */
export const currentView = createStore<ViewName>(readView());

addEventListener('hashchange', () => currentView.set(readView()));

export function addressOf(view: ViewName): string {
  return `#/${view}`;
}

export function goTo(view: ViewName): void {
  location.hash = addressOf(view);
}

function readView(): ViewName {
  const name = location.hash.replace(/^#\//, '');
  return VIEW_NAMES.find((view) => view === name) ?? 'compare';
}
