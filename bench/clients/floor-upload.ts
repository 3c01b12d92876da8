// The floor of an upload: the frames of a chunked body (RFC 9112 §7.1) around the pieces, one vectored write each,
// waiting for `drain`. Of the answer only the status is read.

import type net from 'node:net';
import type { Request } from './client.ts';
import { pieces } from './pieces.ts';
import { isStored, type Target, unexpectedStatus } from './target.ts';

export function floorUpload(target: Target, connect: (options: object) => net.Socket): Request {
  const head = `PUT ${target.path} HTTP/1.1\r\nHost: ${target.host}:${target.port}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const idle: net.Socket[] = [];
  return async () => {
    const socket = idle.pop() ?? connect({});
    const answer = new Promise<number>((resolve, reject) => {
      socket.once('data', (bytes: Buffer) => resolve(Number(bytes.toString('latin1', 9, 12))));
      socket.once('error', reject);
    });
    socket.write(head, 'latin1');
    for await (const piece of pieces(target.bytes)) {
      socket.cork();
      socket.write(`${piece.byteLength.toString(16)}\r\n`, 'latin1');
      socket.write(piece);
      const hasRoom = socket.write('\r\n', 'latin1');
      socket.uncork();
      if (!hasRoom && socket.writableNeedDrain) await new Promise((resolve) => socket.once('drain', resolve));
    }
    socket.write('0\r\n\r\n', 'latin1');
    const status = await answer;
    if (!isStored(status)) throw unexpectedStatus(status, target);
    socket.removeAllListeners('error');
    idle.push(socket);
    return target.bytes;
  };
}
