import { useState } from 'preact/hooks';
import { Icon } from '../shell/icons.tsx';
import { ModelPanel } from '../shell/model-panel.tsx';
import { addressOf } from '../shell/navigation.ts';
import { modelState } from '../state/model.ts';
import { useStore } from '../state/store.ts';
import { TEXT } from '../text.ts';
import { Notice } from './notice.tsx';
import { Progress } from './progress.tsx';

/** What stands where an answer would, while there is no model; nothing when there is one. */
export function ModelNeeded() {
  const model = useStore(modelState);
  const [isOpen, setOpen] = useState(false);
  if (model.kind === 'ready') return null;
  if (model.kind === 'opening')
    return <Progress label={TEXT.model.opening} share={model.share || undefined} />;
  return (
    <section class="empty">
      <Icon name="cube" size={34} />
      <h2>{TEXT.model.needed.title}</h2>
      <p>{TEXT.model.needed.lead}</p>
      {model.problem && <Notice problem={model.problem} />}
      <p class="buttons">
        <button type="button" class="button is-primary" onClick={() => setOpen(true)}>
          {TEXT.model.files}
        </button>
        <a class="button" href={addressOf('teach')}>
          {TEXT.model.teach}
        </a>
      </p>
      {isOpen && <ModelPanel onClose={() => setOpen(false)} />}
    </section>
  );
}
