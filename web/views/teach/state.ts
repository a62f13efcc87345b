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
  readonly model?: TaughtModel;
}

export const MIN_IMAGES = 2;

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

/** Groups with photos; what stands in the way of teaching them, or undefined. */
export function readiness(all: readonly Group[]): 'groups' | 'names' | 'images' | undefined {
  const filled = all.filter(({ images }) => images.length > 0);
  if (filled.length < 2) return 'groups';
  if (filled.some(({ images }) => images.length < MIN_IMAGES)) return 'images';
  const names = filled.map(({ name }) => name.trim());
  return names.includes('') || new Set(names).size < names.length ? 'names' : undefined;
}
