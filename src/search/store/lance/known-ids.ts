/** Rows whose ids are kept in memory: a hundred megabytes of them. */
const MAX_KNOWN = 1_000_000;

/**
 * The ids of a table while this process is its only writer: with them a row that is new is appended, which costs a
 * fraction of looking for it in the whole table. Of a table that is too large for that it knows nothing.
 */
export interface KnownIds {
  /** Those of `ids` that are in the table; undefined where that is not known. */
  present(ids: readonly string[]): readonly string[] | undefined;
  /** Tells what was written. */
  added(ids: readonly string[]): void;
  removed(ids: readonly string[]): void;
}

/** @param list the ids of all rows, some at a time */
export async function readKnownIds(
  numRows: number,
  list: () => AsyncIterable<readonly string[]>,
): Promise<KnownIds> {
  let known: Set<string> | undefined;
  if (numRows <= MAX_KNOWN) {
    known = new Set();
    for await (const ids of list()) for (const id of ids) known.add(id);
  }
  return {
    present: (ids) => known && ids.filter((id) => known!.has(id)),
    added(ids) {
      for (const id of ids) known?.add(id);
      if (known !== undefined && known.size > MAX_KNOWN) known = undefined;
    },
    removed(ids) {
      for (const id of ids) known?.delete(id);
    },
  };
}
