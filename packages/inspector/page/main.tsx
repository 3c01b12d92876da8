import { render } from 'preact';
import { App } from './app.tsx';
import { feed } from './feed.ts';
import { Inspection } from './inspection.ts';

const root = document.getElementById('app');
const inspection = new Inspection();
if (root !== null) render(<App inspection={inspection} />, root);
feed(inspection);
