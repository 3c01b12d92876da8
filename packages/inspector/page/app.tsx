// The page as a whole: what was saved, what is the matter, the controls, the timeline and the table, the legend; and the
// keys that hold everywhere.

import type { VNode } from 'preact';
import { useEffect, useReducer, useState } from 'preact/hooks';
import { Detail } from './detail.tsx';
import { EmptyState } from './empty-state.tsx';
import { Head } from './head.tsx';
import type { Inspection } from './inspection.ts';
import { Legend } from './legend.tsx';
import { Notices } from './notices.tsx';
import { RequestTable } from './request-table.tsx';
import { Timeline } from './timeline/timeline.tsx';
import { Tools } from './tools.tsx';

export type Theme = 'light' | 'dark';
export type Tab = 'timeline' | 'table';

const preferred = matchMedia('(prefers-color-scheme: dark)');

export function App({ inspection }: { readonly inspection: Inspection }): VNode {
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const [theme, setTheme] = useState<Theme>(preferred.matches ? 'dark' : 'light');
  const [tab, setTab] = useState<Tab>('timeline');
  document.documentElement.dataset.theme = theme;

  useEffect(() => {
    // What came before this is shown too: a saved trace is there at once.
    redraw(undefined);
    return inspection.subscribe(() => redraw(undefined));
  }, [inspection]);
  useEffect(() => {
    const follow = ({ matches }: MediaQueryListEvent): void => setTheme(matches ? 'dark' : 'light');
    preferred.addEventListener('change', follow);
    return () => preferred.removeEventListener('change', follow);
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (takeKey(event, inspection)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [inspection]);

  const isEmpty = Number.isNaN(inspection.model.from) || inspection.model.origins.size === 0;
  const hasDetail = inspection.selection !== null;
  return (
    <div class="page">
      <Head inspection={inspection} />
      <Notices inspection={inspection} />
      <Tools inspection={inspection} theme={theme} setTheme={setTheme} tab={tab} setTab={setTab} />
      <main class="work" data-tab={tab} {...(hasDetail ? { 'data-detail': '' } : {})}>
        <Timeline inspection={inspection} theme={theme}>
          {isEmpty && <EmptyState inspection={inspection} />}
        </Timeline>
        <aside class="side" aria-label="Requests and details">
          <RequestTable inspection={inspection} tab={tab} />
          {hasDetail && <Detail inspection={inspection} />}
        </aside>
      </main>
      <Legend theme={theme} />
    </div>
  );
}

const PAN = 0.2;
const ZOOM = 1.5;

/** @returns Whether the key meant something. */
function takeKey(event: KeyboardEvent, inspection: Inspection): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const { target } = event;
  const name = target instanceof HTMLElement ? target.tagName : '';
  if (name === 'INPUT' || name === 'SELECT') return false;
  if (event.key === ' ' && (name === 'BUTTON' || name === 'A')) return false;
  const isInTable = target instanceof Element && target.closest('.side') !== null;
  switch (event.key) {
    case ' ':
      if (inspection.feed.is === 'saved') return false;
      inspection.setPaused(!inspection.isPaused);
      return true;
    case '+':
    case '=':
      inspection.zoom(1 / ZOOM, 0.5);
      return true;
    case '-':
    case '_':
      inspection.zoom(ZOOM, 0.5);
      return true;
    case '0':
      inspection.showAll();
      return true;
    case 'ArrowLeft':
      if (isInTable) return false;
      inspection.pan(-PAN);
      return true;
    case 'ArrowRight':
      if (isInTable) return false;
      inspection.pan(PAN);
      return true;
    case 'Escape':
      if (inspection.selection === null) return false;
      inspection.select(null);
      document.querySelector<HTMLElement>('.rows')?.focus();
      return true;
    case '/':
      document.querySelector<HTMLElement>('input[type=search]')?.focus();
      return true;
    default:
      return false;
  }
}
