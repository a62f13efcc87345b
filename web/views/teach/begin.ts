import { saveModel, type TeachEvent, teach } from '../../../src/web/teach/index.ts';
import { toProblem } from '../../engine/protocol.ts';
import { chosenKind } from '../../source/current.ts';
import { addFiles } from '../../source/tab-images.ts';
import { announce } from '../../state/announce.ts';
import { type ReadyModel, readyModel, useModel } from '../../state/model.ts';
import { listSavedModels } from '../../state/saved-models.ts';
import { authorization } from '../../state/session.ts';
import { TEXT } from '../../text.ts';
import { groups, type Lesson, lesson } from './state.ts';

export interface BeginOptions {
  /** Undefined: no limit. */
  readonly seconds: number | undefined;
  /** The model to start from. Undefined: from nothing. */
  readonly base: ReadyModel | undefined;
}

/** Teaches the groups. What it tells goes into the lesson; the model then gives the page's answers. */
export async function begin({ seconds, base }: BeginOptions): Promise<void> {
  const taught = groups.get().filter(({ images }) => images.length > 0);
  const name = taught.map((group) => group.name.trim()).join(', ');
  const change = (part: Partial<Lesson> | ((now: Lesson) => Partial<Lesson>)) =>
    lesson.update((now) => now && { ...now, ...(typeof part === 'function' ? part(now) : part) });
  const teaching = teach({
    groups: taught.map((group) => ({
      name: group.name.trim(),
      images: group.images.map(({ file }) => file),
    })),
    name,
    seconds,
    base: base?.source,
    // Behind a service with tokens the site's model is for their bearers only; nobody else is to see one.
    headers: base?.origin === 'site' ? authorization() : undefined,
    onEvent: (event) => change((now) => told(event, now)),
  });
  lesson.set({
    groups: taught,
    teaching,
    epochs: [],
    places: [],
    mistakes: [],
    warnings: [],
    isMeasuring: false,
  });
  try {
    const model = await teaching.done;
    await useModel(model.files, 'taught', name);
    // A private window keeps nothing, a full disk no more; the model is there to download.
    await saveModel(name, model).then(listSavedModels, (error) => change({ unkept: toProblem(error) }));
    change({ model });
    announce(model.summary.words);
    chosenKind.set('tab');
    // Search, map and copies of what it was taught with are there at once.
    const files = taught.flatMap((group) =>
      group.images.map(({ file }) => ({ file, path: `${group.name.trim()}/${file.name}` })),
    );
    await addFiles(readyModel()!.model, files).catch((error) =>
      change((now) => ({ warnings: [...now.warnings, TEXT.teach.photosUnkept(toProblem(error).what)] })),
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') lesson.set(undefined);
    else change({ problem: toProblem(error) });
  }
}

/** The lesson after an event. */
function told(event: TeachEvent, now: Lesson): Partial<Lesson> {
  switch (event.kind) {
    case 'prepare':
      return { prepare: { stage: event.stage, share: event.done / Math.max(1, event.total) } };
    case 'plan':
      return { plan: event };
    case 'warning':
      return { warnings: [...now.warnings, event.message] };
    case 'step':
      return { step: event };
    case 'epoch': {
      const point = { epoch: event.epoch, loss: event.loss, accuracy: event.validation.accuracy.value };
      announce(TEXT.teach.epochSaid(event.epoch, event.numEpochs));
      return { epochs: [...now.epochs, point] };
    }
    case 'map':
      return { places: event.places };
    case 'mistakes':
      return { mistakes: event.pairs };
    case 'measure':
      return { isMeasuring: true };
    case 'done':
      return {};
  }
}
