#!/usr/bin/env node
// The command urlpool-inspector: see its `--help`. It exits with 1 where the trace cannot be shown, with 2 where the
// command line is wrong.

import { parseCommand, USAGE } from './command.ts';
import { inspectTrace } from './inspect-trace.ts';
import { InspectorError } from './inspector-error.ts';
import { TraceFormatError } from './model/read-trace.ts';

const command = parseCommand(process.argv.slice(2));
switch (command.is) {
  case 'help':
    console.log(USAGE);
    break;
  case 'wrong':
    console.error(command.message);
    process.exitCode = 2;
    break;
  case 'serve':
    try {
      const { path, port, open } = command;
      const inspector = await inspectTrace(path, { port, open });
      process.once('SIGINT', () => void inspector.close());
      process.once('SIGTERM', () => void inspector.close());
      console.log(`The trace is shown at ${inspector.url}\nCtrl-C ends this.`);
    } catch (error) {
      if (!(error instanceof InspectorError || error instanceof TraceFormatError)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    }
}
