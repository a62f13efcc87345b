import { createStore } from '../../state/store.ts';

/** What is searched for; it stays while another view is shown. */
export const query = createStore<File | undefined>(undefined);
