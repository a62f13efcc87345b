import { type ErrorCode, SamesameError } from '../base/errors.ts';
import { ERROR_TITLES, HTTP_STATUS } from '../base/http-status.ts';
import type { Fault } from './requests/read-json.ts';

/** RFC 9457 problem details, with the parts of a `SamesameError` as members of their own. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly expected?: string;
  readonly received?: string;
  readonly help?: string;
  readonly errors?: readonly Fault[];
  readonly requestId: string;
}

export const PROBLEM_TYPE = 'application/problem+json';

/**
 * What a client is told of an error. Of what went wrong inside (5xx, but being busy) nothing but its code: messages hold
 * paths and names of this machine, and are in the log under the same request id.
 */
export function toProblem(error: unknown, requestId: string): Problem {
  const code = error instanceof SamesameError ? error.code : 'E_SERVICE';
  const status = HTTP_STATUS[code];
  const common = { type: `/docs#${code}`, title: ERROR_TITLES[code], status, code, requestId };
  if (!(error instanceof SamesameError) || (status >= 500 && code !== 'E_BUSY')) {
    return {
      ...common,
      detail: `${failureOf(code)}; the log of the service says why, under this request id`,
    };
  }
  const { errors } = error.details;
  return { ...common, ...partsOf(error.message), ...(Array.isArray(errors) && { errors }) };
}

function failureOf(code: ErrorCode): string {
  if (code === 'E_CONNECTION') return 'the database of the store cannot be reached just now';
  if (code === 'E_STORE') return 'the store cannot be used just now';
  return 'the service failed to answer';
}

/** Headers that belong to a problem. */
export function headersOf(error: unknown): Record<string, string> {
  if (!(error instanceof SamesameError)) return {};
  const { retryAfterSeconds, allow } = error.details;
  if (HTTP_STATUS[error.code] === 503) return { 'retry-after': String(retryAfterSeconds ?? 5) };
  if (error.code === 'E_UNAUTHORIZED') return { 'www-authenticate': 'Bearer realm="samesame"' };
  return error.code === 'E_METHOD' ? { allow: String(allow) } : {};
}

/** The parts that the message of a `SamesameError` was put together from; those of another thread come as text alone. */
function partsOf(message: string): Pick<Problem, 'detail' | 'expected' | 'received' | 'help'> {
  const [detail, ...rest] = message.split(/\n {2}(?=(?:expected|received|help): )/);
  const parts = rest.map((line) => {
    const at = line.indexOf(': ');
    return [line.slice(0, at), line.slice(at + 2)];
  });
  return { detail, ...Object.fromEntries(parts) };
}
