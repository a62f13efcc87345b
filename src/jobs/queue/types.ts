import type PgBoss from 'pg-boss';
import type { Connection } from '../../search/store/postgres/connection.ts';
import type { StoreIdentity } from '../../search/store/types.ts';
import type { NamedImage } from '../indexing/sources.ts';

/** A queue of jobs in Postgres. */
export interface Queue {
  readonly name: string;
  /** Its address without the password, for people. */
  readonly shown: string;
  readonly connection: Connection;
  readonly boss: PgBoss;
  close(): Promise<void>;
}

/** What all jobs of a queue are for. */
export interface QueueFacts {
  /** Of the model that has to embed. */
  readonly identity: StoreIdentity;
  /** Of the store that the embeddings go to, as its notes have it: its address differs from machine to machine. */
  readonly storeId: string;
  /** The store's address without its password, as the lister has it. */
  readonly storeName: string;
}

export type JobData = ImagesJob | TidyJob;

/** Some images that are to be brought up to date. */
export interface ImagesJob {
  readonly kind: 'images';
  readonly run: string;
  /** Fingerprint of the model. */
  readonly model: string;
  readonly images: readonly NamedImage[];
  /** Folder that has to be there, or a file that is not there says nothing. */
  readonly root?: string;
  /** Whether the images' metadata are all that is known of them; else what the store has stays. */
  readonly describes: boolean;
}

/** The store is to be put in order, because all images of a run are done. */
export interface TidyJob {
  readonly kind: 'tidy';
  readonly run: string;
  readonly model: string;
}

/** A job that this process has in hand. */
export interface ClaimedJob {
  readonly id: string;
  readonly data: JobData;
  /** How often it was begun before. */
  readonly numRetries: number;
}
