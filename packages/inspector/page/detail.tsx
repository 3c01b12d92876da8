// One request, or one connection: what happened to it, in sentences, times and header fields.

import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Bar } from '../src/model/bars.ts';
import type { CallTrace } from '../src/model/call-trace.ts';
import type { Lane } from '../src/model/lane.ts';
import type { Inspection } from './inspection.ts';
import { counted, duration, size } from './quantity.ts';
import { laneStory, laneTitle, momentsOf, partsOf, STEPS } from './story.ts';

/** Requests of a connection that are listed: the newest. */
const MOST_LISTED = 50;

export function Detail({ inspection }: { readonly inspection: Inspection }): VNode | null {
  const { selection, model } = inspection;
  if (selection === null) return null;
  if (selection.is === 'lane') return <LaneDetail inspection={inspection} lane={selection.lane} />;
  const call = model.calls.get(selection.call);
  if (call === undefined) {
    return (
      <Frame title={`Request ${selection.call}`} inspection={inspection} name="gone">
        <p>It is so long ago that it was forgotten.</p>
      </Frame>
    );
  }
  return <CallDetail inspection={inspection} call={call} />;
}

function Frame({
  title,
  name,
  inspection,
  children,
}: {
  readonly title: string;
  readonly name: string;
  readonly inspection: Inspection;
  readonly children: ComponentChildren;
}): VNode {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (box.current !== null) box.current.scrollTop = 0;
  }, [name]);
  return (
    <section class="detail" aria-label={title} ref={box}>
      <header>
        <h2 tabIndex={-1}>{title}</h2>
        <button
          type="button"
          class="square"
          aria-label="Close the details"
          title="Close (Esc)"
          onClick={() => inspection.select(null)}
        >
          ✕
        </button>
      </header>
      {children}
    </section>
  );
}

/** Leads to other details. They take the place of those it stands in: the focus goes to their heading, not to nowhere. */
function Link({ onFollow, children }: { readonly onFollow: () => void; readonly children: ComponentChildren }): VNode {
  const follow = (): void => {
    onFollow();
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.detail h2')?.focus());
  };
  return (
    <button type="button" class="link" onClick={follow}>
      {children}
    </button>
  );
}

function CallDetail({ inspection, call }: { readonly inspection: Inspection; readonly call: CallTrace }): VNode {
  const { model } = inspection;
  const exchanges = call.exchanges.map((id) => model.bars.get(id)).filter((bar) => bar !== null);
  const last = exchanges.at(-1);
  const moments = momentsOf(call, exchanges);
  const zero = Number.isNaN(call.from) ? (moments[0]?.at ?? 0) : call.from;
  const result =
    call.error !== null ? (call.error.code ?? 'failed') : call.status === null ? 'under way' : String(call.status);
  return (
    <Frame title={`${call.id}. ${call.method} ${call.url}: ${result}`} name={`call-${call.id}`} inspection={inspection}>
      {call.error !== null && <p class="error">{call.error.message}</p>}
      <p>{summary(call, exchanges, model.to)}</p>
      {last !== undefined && (
        <p>
          <Link onFollow={() => inspection.select({ is: 'lane', lane: last.lane })}>{laneTitle(last.lane)}</Link>
        </p>
      )}
      <Phases call={call} last={last} now={model.to} />
      <h3>What happened</h3>
      <ol class="events">
        {moments.map(({ at, text }, i) => (
          <li key={`${i} ${text}`}>
            <time>+{duration(Math.max(at - zero, 0))}</time>
            <span>{text}</span>
          </li>
        ))}
      </ol>
      {exchanges.map((bar) => (
        <Messages key={bar.id} bar={bar} isOnly={exchanges.length === 1} />
      ))}
    </Frame>
  );
}

function summary(call: CallTrace, exchanges: readonly Bar[], now: number): string {
  const took = call.isOver
    ? `took ${duration(call.to - call.from)}`
    : Number.isNaN(call.from)
      ? 'began before what is held'
      : `has taken ${duration(now - call.from)} so far`;
  const last = exchanges.at(-1);
  if (last === undefined) return `It ${took} and had no connection.`;
  const attempts = exchanges.length === 1 ? '' : `, ${counted(exchanges.length, 'attempt')}`;
  const kept = last.reused
    ? `It used connection ${last.lane.id}, which was open already: no handshake was needed.`
    : `It used connection ${last.lane.id}, which was opened anew.`;
  return `It ${took}${attempts}. ${kept}`;
}

/** Where the time went. */
function Phases({
  call,
  last,
  now,
}: {
  readonly call: CallTrace;
  readonly last: Bar | undefined;
  readonly now: number;
}): VNode | null {
  const { timings } = call;
  const parts = last === undefined ? null : partsOf(last, now);
  const phases: readonly (readonly [name: string, text: string, ms: number])[] = [
    ['queue', 'queue', timings?.queue ?? 0],
    ['dns', 'name look-up', timings?.dns ?? 0],
    ['connect', 'TCP connect', timings?.connect ?? 0],
    ['proxy', 'proxy tunnel', timings?.proxy ?? 0],
    ['tls', 'TLS handshake', timings?.tls ?? 0],
    ['send', 'sending', timings?.send ?? parts?.send ?? 0],
    ['wait', 'waiting', timings?.wait ?? parts?.wait ?? 0],
    ['receive', 'receiving', timings?.receive ?? parts?.receive ?? 0],
  ];
  const took = phases.filter(([, , ms]) => ms > 0);
  if (took.length === 0) return null;
  const most = Math.max(...took.map(([, , ms]) => ms));
  return (
    <>
      <h3>{call.attempts.length > 1 ? 'Where the time of the last attempt went' : 'Where the time went'}</h3>
      <table class="phases">
        <tbody>
          {took.map(([name, text, ms]) => (
            <tr key={name}>
              <th scope="row">{text}</th>
              <td>{duration(ms)}</td>
              <td aria-hidden="true">
                <span class={`phase ${name}`} style={{ width: `${(ms / most) * 100}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Messages({ bar, isOnly }: { readonly bar: Bar; readonly isOnly: boolean }): VNode {
  const which = isOnly ? '' : ` of attempt ${bar.attempt}, on connection ${bar.lane.id}`;
  return (
    <>
      <h3>
        Request{which}
        {bar.bytesSent > 0 && `, ${size(bar.bytesSent)}`}
      </h3>
      <Fields fields={bar.requestFields} />
      <h3>
        Response{which}
        {bar.status > 0 ? `: ${bar.status} ${bar.reason}`.trimEnd() : Number.isNaN(bar.to) ? ': not yet' : ': none'}
        {bar.status > 0 && bar.bytesReceived > 0 && `, ${size(bar.bytesReceived)}`}
      </h3>
      <Fields fields={bar.responseFields} />
    </>
  );
}

function Fields({ fields }: { readonly fields: readonly string[] }): VNode | null {
  const pairs: VNode[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    pairs.push(
      <tr key={i}>
        <th scope="row">{fields[i]}</th>
        <td>{fields[i + 1]}</td>
      </tr>,
    );
  }
  return pairs.length === 0 ? null : (
    <table>
      <tbody>{pairs}</tbody>
    </table>
  );
}

function LaneDetail({ inspection, lane }: { readonly inspection: Inspection; readonly lane: Lane }): VNode {
  const { model } = inspection;
  const bars: Bar[] = [];
  let busy = 0;
  for (let place = 0; place < lane.count; place++) {
    const slot = model.bars.slotOf(lane.idAt(place));
    const to = model.bars.to[slot] ?? Number.NaN;
    busy += (Number.isNaN(to) ? model.to : to) - (model.bars.from[slot] ?? 0);
    const bar = place >= lane.count - MOST_LISTED ? model.bars.get(lane.idAt(place)) : null;
    if (bar !== null) bars.push(bar);
  }
  const openFrom = Number.isNaN(lane.dialTo) ? lane.from : lane.dialTo;
  const openTo = Number.isNaN(lane.closedAt) ? model.to : lane.closedAt;
  const idle = Math.max(openTo - openFrom - busy, 0);
  return (
    <Frame title={laneTitle(lane)} name={`lane-${lane.id}`} inspection={inspection}>
      <p>{lane.origin.origin}</p>
      {laneStory(lane, model.from, model.to, idle).map((line) => (
        <p key={line}>{line}</p>
      ))}
      {lane.steps.length > 0 && (
        <>
          <h3>How it was opened</h3>
          <ol class="events">
            {lane.steps.map(({ kind, about, from, to, error }, i) => (
              <li key={`${i} ${kind}`}>
                <time>{Number.isNaN(to) ? '…' : duration(to - from)}</time>
                <span>
                  {STEPS[kind]}, {about}
                  {error === null ? '' : `: ${error.message}`}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
      {bars.length > 0 && (
        <>
          <h3>{lane.count > bars.length ? `Its last ${bars.length} requests` : 'Its requests'}</h3>
          <ol class="events">
            {bars.toReversed().map((bar) => (
              <li key={bar.id}>
                <time>{duration((Number.isNaN(bar.to) ? model.to : bar.to) - bar.from)}</time>
                <span>
                  <Link onFollow={() => inspection.jumpTo(bar.call)}>
                    {bar.call}. {bar.method} {bar.url}
                  </Link>{' '}
                  {bar.error === null ? (bar.status > 0 ? bar.status : '…') : (bar.error.code ?? bar.error.name)}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </Frame>
  );
}
