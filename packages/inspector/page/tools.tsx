// The controls: which requests are shown, which part of the time, and what becomes of the page.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { SAVED_PATH } from '../src/model/page-contract.ts';
import type { Tab, Theme } from './app.tsx';
import type { Inspection } from './inspection.ts';
import { count } from './quantity.ts';
import { isFiltering, OUTCOMES, type Outcome } from './request-filter.ts';

export function Tools({
  inspection,
  theme,
  setTheme,
  tab,
  setTab,
}: {
  readonly inspection: Inspection;
  readonly theme: Theme;
  readonly setTheme: (theme: Theme) => void;
  readonly tab: Tab;
  readonly setTab: (tab: Tab) => void;
}): VNode {
  const isSaved = inspection.feed.is === 'saved';
  const { origins } = inspection.model;
  return (
    <div class="tools" role="toolbar" aria-label="Controls">
      <fieldset class="tabs" aria-label="What is shown">
        <button type="button" aria-pressed={tab === 'timeline'} onClick={() => setTab('timeline')}>
          Timeline
        </button>
        <button type="button" aria-pressed={tab === 'table'} onClick={() => setTab('table')}>
          Requests
        </button>
      </fieldset>
      <Filters inspection={inspection} />
      <fieldset aria-label="Time">
        <button
          type="button"
          class="square"
          title="Show less time (+)"
          aria-label="Zoom in"
          onClick={() => inspection.zoom(1 / 1.5, 0.5)}
        >
          +
        </button>
        <button
          type="button"
          class="square"
          title="Show more time (−)"
          aria-label="Zoom out"
          onClick={() => inspection.zoom(1.5, 0.5)}
        >
          −
        </button>
        <button
          type="button"
          title="Show everything (0)"
          disabled={inspection.isWhole}
          onClick={() => inspection.showAll()}
        >
          All
        </button>
        {origins.size > 1 && (
          <button type="button" onClick={() => inspection.collapseAll(!inspection.areAllCollapsed)}>
            {inspection.areAllCollapsed ? 'Expand all' : 'Collapse all'}
          </button>
        )}
        {!isSaved && (
          <>
            <button
              type="button"
              title="Keep the newest in view"
              aria-pressed={inspection.isFollowing}
              onClick={() => inspection.setFollowing(!inspection.isFollowing)}
            >
              Follow
            </button>
            <button
              type="button"
              title="Hold everything still (space)"
              aria-pressed={inspection.isPaused}
              onClick={() => inspection.setPaused(!inspection.isPaused)}
            >
              {inspection.isPaused ? 'Go on' : 'Pause'}
            </button>
          </>
        )}
      </fieldset>
      <fieldset aria-label="Page">
        <Status inspection={inspection} />
        <button
          type="button"
          title={`Use the ${theme === 'dark' ? 'light' : 'dark'} theme`}
          aria-label={`Use the ${theme === 'dark' ? 'light' : 'dark'} theme`}
          class="square"
          onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
        >
          {theme === 'dark' ? '☀' : '☾'}
        </button>
        {!isSaved && (
          <a
            class="button"
            href={SAVED_PATH}
            download="urlpool-trace.html"
            title="One file that opens without the program"
          >
            Save
          </a>
        )}
      </fieldset>
    </div>
  );
}

const OUTCOME_NAMES: Readonly<Record<Outcome, string>> = {
  any: 'any outcome',
  retried: '↻ retried',
  replayed: '⇄ replayed',
  redirected: '↪ redirected',
  failed: '✕ failed',
  running: 'under way',
};

function Filters({ inspection }: { readonly inspection: Inspection }): VNode {
  const [isOpen, setOpen] = useState(false);
  const [missing, setMissing] = useState<string | null>(null);
  const { criteria, model } = inspection;
  const isFiltered = isFiltering(criteria) || criteria.origin !== null;
  const jump = (input: HTMLInputElement): void => {
    const id = input.valueAsNumber;
    if (!Number.isNaN(id)) setMissing(inspection.jumpTo(id) ? null : `There is no request ${id}`);
  };
  return (
    <fieldset class="filters" aria-label="Filters" {...(isOpen ? { 'data-open': '' } : {})}>
      <button type="button" class="opener" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isFiltered ? 'Filters ●' : 'Filters'}
      </button>
      <input
        type="search"
        aria-label="Text in the URL"
        placeholder="Text in the URL"
        value={criteria.text}
        onInput={({ currentTarget }) => inspection.filter({ text: currentTarget.value })}
      />
      <select
        aria-label="Origin"
        value={criteria.origin ?? ''}
        onChange={({ currentTarget }) =>
          inspection.filter({ origin: currentTarget.value === '' ? null : currentTarget.value })
        }
      >
        <option value="">any origin</option>
        {[...model.origins.keys()].map((origin) => (
          <option key={origin} value={origin}>
            {origin}
          </option>
        ))}
      </select>
      <select
        aria-label="Status"
        value={String(criteria.statusClass)}
        onChange={({ currentTarget }) => inspection.filter({ statusClass: Number(currentTarget.value) })}
      >
        <option value="0">any status</option>
        {[2, 3, 4, 5].map((digit) => (
          <option key={digit} value={digit}>
            {digit}xx
          </option>
        ))}
      </select>
      <select
        aria-label="Outcome"
        value={criteria.outcome}
        onChange={({ currentTarget }) =>
          inspection.filter({ outcome: OUTCOMES.find((one) => one === currentTarget.value) ?? 'any' })
        }
      >
        {OUTCOMES.map((outcome) => (
          <option key={outcome} value={outcome}>
            {OUTCOME_NAMES[outcome]}
          </option>
        ))}
      </select>
      <label>
        slower than
        <input
          type="number"
          min="0"
          step="any"
          aria-label="Slower than, in milliseconds"
          value={criteria.slowerThan === 0 ? '' : criteria.slowerThan}
          onInput={({ currentTarget }) => {
            const value = currentTarget.valueAsNumber;
            inspection.filter({ slowerThan: Number.isNaN(value) ? 0 : Math.max(value, 0) });
          }}
        />
        ms
      </label>
      <label>
        go to no.
        <input
          type="number"
          min="1"
          aria-label="Jump to the request of this number"
          title="Jump to the request of this number (Enter)"
          onKeyDown={({ key, currentTarget }) => {
            if (key === 'Enter') jump(currentTarget);
          }}
        />
      </label>
      <span role="status">{missing}</span>
      {isFiltered && (
        <button
          type="button"
          onClick={() => inspection.filter({ origin: null, statusClass: 0, slowerThan: 0, outcome: 'any', text: '' })}
        >
          Clear filters
        </button>
      )}
    </fieldset>
  );
}

function Status({ inspection }: { readonly inspection: Inspection }): VNode {
  const { feed, isPaused, held } = inspection;
  if (feed.is === 'saved') return <span class="status saved">Saved</span>;
  if (isPaused) return <span class="status paused">Paused{held > 0 ? `, ${count(held)} events wait` : ''}</span>;
  if (feed.is === 'live') return <span class="status live">Live</span>;
  return <span class="status lost">{feed.is === 'lost' ? 'Not connected' : 'Ended'}</span>;
}
