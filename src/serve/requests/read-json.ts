import type { ZodType, z } from 'zod';
import { SamesameError } from '../../base/errors.ts';

/** What is wrong at one place of a body or of a query. */
export interface Fault {
  /** JSON pointer into the body: `/images/0/data`; or the name of a parameter. */
  readonly pointer: string;
  readonly detail: string;
}

const MAX_FAULTS = 10;

/** A JSON body of a schema. @throws E_REQUEST with `details.errors`, a list of `Fault` */
export function readJson<T extends ZodType>(body: Buffer, schema: T): z.output<T> {
  const result = schema.safeParse(parse(body));
  if (result.success) return result.data;
  throw faultsToError('the JSON body is not what is expected here', result.error);
}

/** What zod found, as an error that names the places. */
export function faultsToError(what: string, { issues }: Pick<z.ZodError, 'issues'>): SamesameError {
  const errors: Fault[] = issues.slice(0, MAX_FAULTS).map(({ path, message }) => ({
    pointer: path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    detail: message.slice(0, 300),
  }));
  const [first] = errors;
  return new SamesameError('E_REQUEST', {
    what,
    received: `${first.pointer === '' ? '' : `${first.pointer}: `}${first.detail}`,
    help: 'GET /docs tells what is expected',
    details: { errors },
  });
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new SamesameError('E_REQUEST', {
      what: 'the body is not JSON',
      expected: 'a JSON object in UTF-8',
      received: body.length === 0 ? 'an empty body' : `${body.length} bytes that are not`,
      cause,
    });
  }
}
