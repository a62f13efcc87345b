import { announcement } from '../state/announce.ts';
import { site } from '../state/site.ts';
import { useStore } from '../state/store.ts';
import { TEXT } from '../text.ts';
import { Header } from './header.tsx';
import { currentView } from './navigation.ts';
import { SignIn } from './sign-in.tsx';
import { ViewFrame } from './view-frame.tsx';

/** The whole page: bar, the chosen view, what is read out. */
export function App() {
  const view = useStore(currentView);
  return (
    <>
      <button type="button" class="skip" onClick={toMain}>
        {TEXT.skip}
      </button>
      <Header view={view} />
      <main id="main" tabIndex={-1}>
        <SignIn />
        <ViewFrame key={view} view={view} />
      </main>
      <Footer />
      <Announcer />
    </>
  );
}

// A link would need the hash, which is the view's.
function toMain(): void {
  document.getElementById('main')?.focus();
}

function Footer() {
  const found = useStore(site);
  const hasStore = found?.kind === 'service' && found.numImages !== null;
  return <footer class="foot">{hasStore ? TEXT.privateServer : TEXT.private}</footer>;
}

function Announcer() {
  return (
    <p class="unseen" role="status" aria-live="polite">
      {useStore(announcement)}
    </p>
  );
}
