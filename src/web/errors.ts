import { type ErrorCode, SamesameError } from '../base/errors.ts';

/** An error as it travels between the page and the worker. */
export interface WireError {
  readonly code?: ErrorCode;
  readonly name: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What can be sent of an error: structured cloning would lose its code, and fail on details that hold functions. */
export function toWire(error: unknown): WireError {
  if (error instanceof SamesameError) {
    const { code, name, message, details } = error;
    return { code, name, message, details: JSON.parse(JSON.stringify(details)) };
  }
  if (error instanceof Error || error instanceof DOMException)
    return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

/** The error that was sent, as a `SamesameError` where it was one; anything else is a fault of the worker. */
export function fromWire({ code, name, message, details }: WireError): Error {
  if (name === 'AbortError') return new DOMException(message, name);
  if (code === undefined)
    return new SamesameError('E_RUNTIME', { what: 'the worker failed', received: `${name}: ${message}` });
  // The message is whole already: what, expected, received and help in one.
  return new SamesameError(code, { what: message, details });
}
