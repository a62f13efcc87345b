import { useState } from 'preact/hooks';
import { type ModelState, modelState } from '../state/model.ts';
import { token } from '../state/session.ts';
import { site } from '../state/site.ts';
import { signOut } from '../state/start.ts';
import { useStore } from '../state/store.ts';
import { TEXT } from '../text.ts';
import { Icon } from './icons.tsx';
import { ModelPanel } from './model-panel.tsx';
import { addressOf, VIEW_NAMES, type ViewName } from './navigation.ts';
import { switchTheme, theme } from './theme.ts';

/** Name, views, the model in use, light or dark. */
export function Header({ view }: { readonly view: ViewName }) {
  const shown = useStore(theme);
  const model = useStore(modelState);
  const isSignedIn = useStore(token) !== undefined && useStore(site)?.kind === 'service';
  const [isOpen, setOpen] = useState(false);
  const themeWords = shown === 'dark' ? TEXT.theme.light : TEXT.theme.dark;
  return (
    <header class="bar">
      <a class="brand" href={addressOf('compare')}>
        <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
          <rect class="mark-back" x="9" y="9" width="16" height="16" rx="4.5" />
          <rect class="mark-front" x="1" y="1" width="16" height="16" rx="4.5" />
        </svg>
        <span>{TEXT.name}</span>
      </a>
      <nav class="views" aria-label={TEXT.nav}>
        {VIEW_NAMES.map((name) => (
          <a key={name} href={addressOf(name)} aria-current={name === view ? 'page' : undefined}>
            <Icon name={name} />
            <span>{TEXT.views[name]}</span>
          </a>
        ))}
      </nav>
      <div class="bar-end">
        <button
          type="button"
          class={`model-chip is-${model.kind}`}
          aria-haspopup="dialog"
          onClick={() => setOpen(true)}
        >
          <Icon name="cube" size={18} />
          <span class="unseen">{`${TEXT.model.label}: `}</span>
          <span class="model-name">{modelWords(model)}</span>
        </button>
        {isSignedIn && (
          <button
            type="button"
            class="icon-button"
            aria-label={TEXT.signIn.out}
            title={TEXT.signIn.out}
            onClick={signOut}
          >
            <Icon name="leave" />
          </button>
        )}
        <button
          type="button"
          class="icon-button"
          aria-label={themeWords}
          title={themeWords}
          onClick={switchTheme}
        >
          <Icon name={shown === 'dark' ? 'sun' : 'moon'} />
        </button>
      </div>
      {isOpen && <ModelPanel onClose={() => setOpen(false)} />}
    </header>
  );
}

function modelWords(model: ModelState): string {
  if (model.kind === 'none') return TEXT.model.none;
  return model.kind === 'opening' ? TEXT.model.opening : model.name;
}
