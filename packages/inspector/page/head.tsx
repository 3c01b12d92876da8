import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { headline } from './headline.ts';
import type { Inspection } from './inspection.ts';
import { count, counted, duration, percent } from './quantity.ts';

/** How often a screen reader is told how it stands, in ms. */
const TELL_EVERY = 10_000;

/** What reuse has saved: two sentences, a bar, and the totals. */
export function Head({ inspection }: { readonly inspection: Inspection }): VNode {
  const { totals, saved, failedCalls } = inspection.model;
  const { requests, connections, reused } = totals;
  const { what, meaning } = headline({ requests, connections, reused, saved });
  const { from, to } = inspection.model;
  const share = requests === 0 ? 0 : (reused / requests) * 100;
  return (
    <header class="head">
      <div class="headline">
        <h1>{what}</h1>
        <p class={reused > 0 ? 'meaning' : ''}>{meaning}</p>
        {requests > 0 && (
          <>
            <div class="reuse" aria-hidden="true">
              <span class="kept" style={{ width: `${share}%` }} />
              <span class="fresh" style={{ width: `${100 - share}%` }} />
            </div>
            <div class="reuse-key" aria-hidden="true">
              <span>■ {counted(reused, 'request')} on a connection that was open already</span>
              <span>▨ {count(requests - reused)} had to wait for a new one</span>
              {saved > to - from && <span>What was saved is added up over requests that ran side by side</span>}
            </div>
          </>
        )}
      </div>
      <dl class="totals" aria-label="Totals">
        <Total name="Requests" value={count(requests)} style="told" />
        <Total name="Connections" value={count(connections)} style="told" />
        <Total name="Reused" value={percent(reused, requests)} />
        <Total name="Per connection" value={connections === 0 ? '–' : totals.requestsPerConnection.toFixed(1)} />
        <Total name="Time saved" value={saved > 0 ? `≈ ${duration(saved)}` : '–'} />
        <Total name="Retried" value={count(totals.retries + totals.replays)} />
        <Total name="Failed" value={count(failedCalls)} style={failedCalls > 0 ? 'bad' : ''} />
      </dl>
      <Announcement text={`${what}. ${meaning}`} />
    </header>
  );
}

function Total({
  name,
  value,
  style = '',
}: {
  readonly name: string;
  readonly value: string;
  readonly style?: string;
}): VNode {
  return (
    <div class={style}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Tells a screen reader a text that changes all the time, but not all the time. */
function Announcement({ text }: { readonly text: string }): VNode {
  const [told, setTold] = useState('');
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    const timer = setInterval(() => setTold(latest.current), TELL_EVERY);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {told}
    </p>
  );
}
