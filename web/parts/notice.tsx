import type { Problem } from '../engine/protocol.ts';
import { TEXT } from '../text.ts';

/** What went wrong, and what to do. */
export function Notice({ problem }: { readonly problem: Problem }) {
  const { what, expected, received, help, code } = problem;
  return (
    <div class="notice" role="alert">
      <p>
        <b>{what.charAt(0).toUpperCase() + what.slice(1)}</b>
      </p>
      {help !== undefined && <p>{help.charAt(0).toUpperCase() + help.slice(1)}</p>}
      {(expected !== undefined || received !== undefined) && (
        <details>
          <summary>{code}</summary>
          <dl>
            {expected !== undefined && (
              <>
                <dt>{TEXT.error.expected}</dt>
                <dd>{expected}</dd>
              </>
            )}
            {received !== undefined && (
              <>
                <dt>{TEXT.error.received}</dt>
                <dd>{received}</dd>
              </>
            )}
          </dl>
        </details>
      )}
    </div>
  );
}
