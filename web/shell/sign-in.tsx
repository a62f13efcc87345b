import { useId, useState } from 'preact/hooks';
import { Notice } from '../parts/notice.tsx';
import { isToken } from '../state/session.ts';
import { site } from '../state/site.ts';
import { signIn } from '../state/start.ts';
import { useStore } from '../state/store.ts';
import { TEXT } from '../text.ts';

/** Asks for a token while the service wants one; nothing where it does not. */
export function SignIn() {
  const found = useStore(site);
  const id = useId();
  const [text, setText] = useState('');
  const [isWorking, setWorking] = useState(false);
  const [isMalformed, setMalformed] = useState(false);
  if (found?.kind !== 'locked') return null;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const token = text.trim();
    setMalformed(!isToken(token));
    if (!isToken(token)) return;
    setWorking(true);
    await signIn(token);
    setWorking(false);
    setText('');
  };
  const problem = isMalformed
    ? { code: 'E_UNAUTHORIZED', what: TEXT.signIn.malformed, help: TEXT.signIn.malformedHelp }
    : found.problem;
  return (
    <section class="sign-in" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{TEXT.signIn.title}</h2>
      <p class="quiet">{TEXT.signIn.lead}</p>
      <form onSubmit={submit}>
        <label for={`${id}-token`}>{TEXT.signIn.token}</label>
        <input
          id={`${id}-token`}
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="submit" class="button is-primary" disabled={isWorking}>
          {TEXT.signIn.submit}
        </button>
      </form>
      {problem && !isWorking && <Notice problem={problem} />}
      <p class="quiet">{TEXT.signIn.note}</p>
    </section>
  );
}
