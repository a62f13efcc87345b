import type { Connection } from '../../search/store/postgres/connection.ts';
import { takeSteps } from '../../search/store/postgres/migrations.ts';

/** What is ours of a queue; pg-boss's own tables lie in `JOBS`. */
export const QUEUES = 'samesame_queue';
export const JOBS = 'samesame_jobs';
/** Of advisory locks: only one process at a time makes or changes tables. */
const LOCK = 0x73717565;

const MIGRATIONS: readonly string[] = [
  `CREATE TABLE ${QUEUES}.queues (
     name text PRIMARY KEY,
     identity jsonb NOT NULL,
     store_id text NOT NULL,
     store_name text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   );
   -- One listing of images, as it was begun last.
   CREATE TABLE ${QUEUES}.runs (
     id uuid PRIMARY KEY,
     queue text NOT NULL REFERENCES ${QUEUES}.queues (name) ON DELETE CASCADE,
     listing text NOT NULL,
     paths jsonb NOT NULL,
     lister text NOT NULL,
     lister_seen_at timestamptz NOT NULL DEFAULT now(),
     started_at timestamptz NOT NULL DEFAULT now(),
     listed_at timestamptz,
     finished_at timestamptz,
     is_tidying boolean NOT NULL DEFAULT false,
     num_listed bigint NOT NULL DEFAULT 0,
     num_skipped bigint NOT NULL DEFAULT 0,
     num_unchanged bigint NOT NULL DEFAULT 0,
     num_removed bigint NOT NULL DEFAULT 0,
     num_queued bigint NOT NULL DEFAULT 0,
     num_done bigint NOT NULL DEFAULT 0,
     num_embedded bigint NOT NULL DEFAULT 0,
     num_updated bigint NOT NULL DEFAULT 0,
     num_jobs bigint NOT NULL DEFAULT 0,
     num_jobs_done bigint NOT NULL DEFAULT 0,
     UNIQUE (queue, listing)
   );
   CREATE TABLE ${QUEUES}.bad_images (
     run uuid NOT NULL REFERENCES ${QUEUES}.runs (id) ON DELETE CASCADE,
     id text NOT NULL,
     path text NOT NULL,
     reason text NOT NULL,
     PRIMARY KEY (run, id)
   );
   CREATE TABLE ${QUEUES}.workers (
     name text PRIMARY KEY,
     queue text NOT NULL REFERENCES ${QUEUES}.queues (name) ON DELETE CASCADE,
     images_per_second double precision NOT NULL DEFAULT 0,
     seen_at timestamptz NOT NULL DEFAULT now()
   );
   -- Who has a job in hand, and when that was last said.
   CREATE TABLE ${QUEUES}.leases (
     job_id uuid PRIMARY KEY,
     queue text NOT NULL REFERENCES ${QUEUES}.queues (name) ON DELETE CASCADE,
     worker text NOT NULL,
     renewed_at timestamptz NOT NULL DEFAULT now()
   )`,
];

/**
 * Brings the tables to the newest version.
 * @param makeJobs makes pg-boss's, over connections of its own; one process at a time does
 * @throws E_STORE where a later samesame made them; E_PERMISSION
 */
export async function migrate(connection: Connection, makeJobs: () => Promise<void>): Promise<void> {
  await connection.transaction('preparing the queue of', async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await makeJobs();
    await takeSteps(client, { schema: QUEUES, steps: MIGRATIONS }, connection.shown);
  });
}
