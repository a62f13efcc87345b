import { ViewHead } from '../../parts/view-head.tsx';
import { useStore } from '../../state/store.ts';
import { TEXT } from '../../text.ts';
import { Collect } from './collect.tsx';
import { Done } from './done.tsx';
import { LessonView } from './lesson-view.tsx';
import { lesson } from './state.ts';
import './teach.css';

/** A model of what the person shows it: collect, watch, try. */
export default function Teach() {
  const now = useStore(lesson);
  return (
    <article>
      <ViewHead title={TEXT.teach.title} lead={TEXT.teach.lead} />
      {now === undefined && <Collect />}
      {now?.model && <Done lesson={now} model={now.model} />}
      {now && <LessonView lesson={now} />}
    </article>
  );
}
