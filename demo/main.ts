// npm start: what the command line asks for, and its exit code. See `npm start -- --help`.

import manifest from 'urlpool/package.json' with { type: 'json' };
import { parseArguments, USAGE } from './arguments.ts';
import { demoJob } from './demo-job.ts';
import { EXIT } from './exit-code.ts';
import { inspected } from './inspected.ts';
import { interruptSignal } from './interrupt.ts';
import { listJob } from './list-job.ts';
import { Screen } from './screen.ts';

// A reader that has seen enough, `head` say, closes the pipe: then nobody is left to work for.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`Cannot write the result: ${error.message}\n`);
  process.exit(EXIT.failed);
});
process.stderr.on('error', () => process.exit(EXIT.failed)); // nowhere left to say why

async function main(): Promise<number> {
  const screen = new Screen();
  const command = parseArguments(process.argv.slice(2));
  switch (command.is) {
    case 'help':
      screen.write([USAGE]);
      return EXIT.fetched;
    case 'version':
      screen.write([manifest.version]);
      return EXIT.fetched;
    case 'wrong':
      screen.complain(command.message);
      return EXIT.usage;
    case 'demo': {
      const signal = interruptSignal();
      if (!command.inspect) return await demoJob(command.settings, signal, screen);
      return await inspected((onEvent) => demoJob(command.settings, signal, screen, onEvent), signal, screen);
    }
    case 'list': {
      const signal = interruptSignal();
      if (!command.inspect) return await listJob(command, signal, screen);
      return await inspected((onEvent) => listJob(command, signal, screen, onEvent), signal, screen);
    }
  }
}

process.exitCode = await main();
