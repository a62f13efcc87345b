import { createStore } from '../state/store.ts';

export type Theme = 'light' | 'dark';

const KEY = 'samesame-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

/** What is shown: the person's choice, else what the system prefers. */
export const theme = createStore<Theme>(chosen() ?? preferred());

apply();
system.addEventListener('change', () => {
  if (chosen() !== undefined) return;
  theme.set(preferred());
  apply();
});

/** Changes to the other theme. A choice that is what the system prefers anyway follows the system again. */
export function switchTheme(): void {
  const next: Theme = theme.get() === 'dark' ? 'light' : 'dark';
  keep(next === preferred() ? undefined : next);
  theme.set(next);
  apply();
}

function apply(): void {
  document.documentElement.dataset.theme = theme.get();
}

function preferred(): Theme {
  return system.matches ? 'dark' : 'light';
}

// Storage may be refused, as in private windows: the choice then lasts as long as the tab.
function chosen(): Theme | undefined {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : undefined;
  } catch {
    return undefined;
  }
}

function keep(choice: Theme | undefined): void {
  try {
    if (choice === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {}
}
