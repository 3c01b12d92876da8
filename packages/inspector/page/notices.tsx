import type { VNode } from 'preact';
import type { Inspection } from './inspection.ts';
import { count, counted } from './quantity.ts';

/** What is the matter: the program is gone, events are missing, the page is a saved one. */
export function Notices({ inspection }: { readonly inspection: Inspection }): VNode {
  const { feed, model } = inspection;
  const forgotten = model.bars.first;
  return (
    <div class="notices" role="status">
      {feed.is === 'lost' && (
        <p class="notice warn">
          The program does not answer since {clock(feed.since)}. What was seen stays here; the page tries again by
          itself.
        </p>
      )}
      {feed.is === 'ended' && <p class="notice">{feed.why}</p>}
      {feed.is === 'saved' && (
        <p class="notice">
          A saved page{feed.at === null ? '' : `, of ${date(feed.at)}`}. It holds its data, and asks for none.
        </p>
      )}
      {model.missing > 0 && (
        <p class="notice warn">
          {counted(model.missing, 'event')} missing, and what they told of is not counted: only the newest are kept for
          a page that is opened later or cannot keep up. The timeline marks where.
        </p>
      )}
      {forgotten > 0 && (
        <p class="notice">The oldest {count(forgotten)} requests are no longer shown; the totals count them.</p>
      )}
    </div>
  );
}

function clock(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}

function date(time: number): string {
  const at = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} at ${clock(time)}`;
}
