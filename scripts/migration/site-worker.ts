// The site in a thread of its own, as a server is no part of the program that asks it: tells where it listens, forgets what
// it was asked for "reset", and closes for "close".

import { parentPort } from 'node:worker_threads';
import { startSite } from './site.ts';

const { close, reset, ...address } = await startSite();
parentPort?.postMessage(address);
parentPort?.on('message', (order) => {
  if (order === 'reset') {
    reset();
    parentPort?.postMessage('forgotten');
    return;
  }
  close();
  parentPort?.close();
});
