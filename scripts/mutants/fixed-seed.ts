// Loaded before every test file that is asked: cases that are drawn are the same ones each time.

import fc from 'fast-check';

fc.configureGlobal({ seed: 1 });
