import { connect, type Socket } from 'node:net';

/** A connection on which bytes are sent as they are. */
export interface RawConnection {
  readonly socket: Socket;
  send(data: string | Uint8Array): void;
  /** All that came, when the other side has closed or this one has waited so long. */
  received(waitMs?: number): Promise<string>;
}

export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  // The other side may close while this one writes.
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  await new Promise<void>((resolve) => socket.on('connect', () => resolve()));
  return {
    socket,
    send: (data) => void socket.write(data),
    async received(waitMs = 5000) {
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        closed,
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, waitMs);
        }),
      ]);
      clearTimeout(timer);
      socket.destroy();
      return text;
    },
  };
}

/** Sends these bytes on a connection of their own, and gives what came until the other side closed. */
export async function sendRaw(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const connection = await openRaw(port);
  for (const part of parts) connection.send(part);
  return connection.received();
}

/** Status of each answer in a text. */
export const statusesIn = (text: string) =>
  [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));

/** Headers of `POST /v1/embed`, the last answer of the connection unless told otherwise. */
export const postHead = (...headers: readonly string[]) =>
  ['POST /v1/embed HTTP/1.1', 'Host: 127.0.0.1', ...headers, '', ''].join('\r\n');
