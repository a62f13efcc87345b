import { createStore } from '../../state/store.ts';

/** The two photos; they stay while another view is shown. */
export const pair = createStore<readonly [File | undefined, File | undefined]>([undefined, undefined]);

export function setPhoto(place: 0 | 1, photo: File | undefined): void {
  pair.update(([left, right]) => (place === 0 ? [photo, right] : [left, photo]));
}

export function swap(): void {
  pair.update(([left, right]) => [right, left]);
}
