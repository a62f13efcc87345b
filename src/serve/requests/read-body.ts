import type { IncomingMessage } from 'node:http';
import { SamesameError } from '../../base/errors.ts';
import type { Ticket } from './admission.ts';

/**
 * The body of a request, whole. Its length is looked at before a byte is read, and held against the ticket.
 *
 * Nothing is destroyed where it is too large: the answer has to reach the client, and the server then drops the rest.
 * @throws E_TOO_LARGE, E_BUSY; E_REQUEST where the client went away or sent a content encoding
 */
export async function readBody(incoming: IncomingMessage, maxBytes: number, ticket: Ticket): Promise<Buffer> {
  const encoding = incoming.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new SamesameError('E_MEDIA_TYPE', {
      what: 'the body is compressed',
      expected: 'a body without Content-Encoding: image files are compressed already',
      received: `Content-Encoding: ${encoding.slice(0, 64)}`,
    });
  }
  const declared = incoming.headers['content-length'];
  const numDeclared = declared === undefined ? undefined : Number(declared);
  if (numDeclared !== undefined && numDeclared > maxBytes) throw tooLarge(maxBytes, `${numDeclared} bytes`);
  if (numDeclared !== undefined) ticket.addBytes(numDeclared);

  const chunks: Buffer[] = [];
  let numBytes = 0;
  return new Promise((resolve, reject) => {
    const stop = (error: unknown) => {
      incoming.off('data', take).off('end', finish).off('error', breakOff).off('close', breakOff);
      chunks.length = 0;
      incoming.pause();
      reject(error);
    };
    const take = (chunk: Buffer) => {
      try {
        numBytes += chunk.length;
        if (numBytes > maxBytes) throw tooLarge(maxBytes, 'more than that');
        if (numDeclared === undefined) ticket.addBytes(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        stop(error);
      }
    };
    const finish = () => {
      incoming.off('error', breakOff).off('close', breakOff);
      resolve(Buffer.concat(chunks, numBytes));
    };
    const breakOff = () => stop(endedEarly(numBytes, numDeclared));
    if (incoming.destroyed) return breakOff();
    incoming.on('data', take).on('end', finish).on('error', breakOff).on('close', breakOff);
  });
}

function tooLarge(maxBytes: number, received: string): SamesameError {
  return new SamesameError('E_TOO_LARGE', {
    what: 'the body is too large',
    expected: `at most ${maxBytes} bytes`,
    received,
    help: 'send fewer images a request, or make them smaller: the model looks at far fewer pixels',
  });
}

function endedEarly(numBytes: number, numDeclared: number | undefined): SamesameError {
  return new SamesameError('E_REQUEST', {
    what: 'the body ended early',
    expected: numDeclared === undefined ? 'a last chunk' : `${numDeclared} bytes, as Content-Length said`,
    received: `${numBytes} bytes`,
  });
}
