import { createStore } from './store.ts';

/** What is read out to those who listen to the page. */
export const announcement = createStore('');

export function announce(words: string): void {
  announcement.set(words);
}
