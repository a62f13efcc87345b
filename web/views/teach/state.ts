import type {
  MapPlace,
  MistakenPair,
  TaughtModel,
  TeachEvent,
  Teaching,
  TeachPlan,
} from '../../../src/web/teach/index.ts';
import type { Problem } from '../../engine/protocol.ts';
import { createStore } from '../../state/store.ts';
import { TEXT } from '../../text.ts';

/** A photo of a group. */
export interface GroupImage {
  readonly file: File;
  readonly url: string;
}

export interface Group {
  readonly id: number;
  readonly name: string;
  readonly images: readonly GroupImage[];
}

export interface EpochPoint {
  readonly epoch: number;
  readonly loss: number;
  /** Share of validation pairs told apart. */
  readonly accuracy: number;
}

/** What a training has told so far. */
export interface Lesson {
  /** The groups as they were when it began: its places are theirs. */
  readonly groups: readonly Group[];
  readonly teaching: Teaching;
  readonly prepare?: { readonly stage: string; readonly share: number };
  readonly plan?: TeachPlan;
  readonly step?: Extract<TeachEvent, { kind: 'step' }>;
  readonly epochs: readonly EpochPoint[];
  readonly places: readonly MapPlace[];
  readonly mistakes: readonly MistakenPair[];
  readonly warnings: readonly string[];
  readonly isMeasuring: boolean;
  readonly problem?: Problem;
  /** Why the browser does not keep the model. */
  readonly unkept?: Problem;
  readonly model?: TaughtModel;
}

/** Some to learn from, and one pair to choose by. */
export const MIN_IMAGES = 4;

let lastId = 0;

export function newGroup(name = '', images: readonly GroupImage[] = []): Group {
  return { id: ++lastId, name, images };
}

/** They stay while another view is shown. */
export const groups = createStore<readonly Group[]>([newGroup(), newGroup()]);
export const lesson = createStore<Lesson | undefined>(undefined);

export function changeGroup(id: number, change: Partial<Omit<Group, 'id'>>): void {
  groups.update((all) => all.map((group) => (group.id === id ? { ...group, ...change } : group)));
}

export function addImages(id: number, files: readonly File[]): void {
  const added = files.map((file) => ({ file, url: URL.createObjectURL(file) }));
  groups.update((all) =>
    all.map((group) => (group.id === id ? { ...group, images: [...group.images, ...added] } : group)),
  );
}

export function removeImage(id: number, image: GroupImage): void {
  groups.update((all) =>
    all.map((group) =>
      group.id === id ? { ...group, images: group.images.filter((other) => other !== image) } : group,
    ),
  );
}

/** What stands in the way of teaching, in words; undefined where nothing does. */
export function obstacle(all: readonly Group[]): string | undefined {
  const { missing } = TEXT.teach;
  const called = (group: Group) => group.name.trim() || TEXT.teach.thing(all.indexOf(group) + 1);
  const filled = all.filter(({ images }) => images.length > 0);
  const empty = all.find(({ name, images }) => name.trim() !== '' && images.length === 0);
  if (empty !== undefined && filled.length > 0) return missing.photos(called(empty));
  if (filled.length < 2) return missing.groups;
  const small = filled.find(({ images }) => images.length < MIN_IMAGES);
  if (small !== undefined) return missing.images(called(small), small.images.length, MIN_IMAGES);
  const nameless = filled.find(({ name }) => name.trim() === '');
  if (nameless !== undefined) return missing.name(called(nameless));
  const names = filled.map(({ name }) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) < i);
  return twice && missing.twice(twice);
}

/** Photos of one thing that are enough to keep some of them aside, to measure with. */
export const ENOUGH_TO_MEASURE = 8;

/** Whether what is learned from the groups can be measured on photos that were kept aside. */
export function canBeMeasured(all: readonly Group[]): boolean {
  return all.every(({ images }) => images.length === 0 || images.length >= ENOUGH_TO_MEASURE);
}
