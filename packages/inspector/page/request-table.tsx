// The table of requests: all of them, of which only the rows in view are there. It says in text what the timeline shows,
// and is how a keyboard or a screen reader gets at each request.

import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Tab } from './app.tsx';
import type { Inspection } from './inspection.ts';
import { count, counted, duration } from './quantity.ts';
import type { Column, Row } from './request-order.ts';
import { pathOf } from './timeline/lane-painter.ts';

const ROW_HEIGHT = 28;

/** Rows above and below the window that are there all the same. */
const SPARE = 8;

const NAMES: readonly (readonly [column: Column, name: string, isNumber: boolean])[] = [
  ['number', 'No.', true],
  ['status', 'Status', false],
  ['request', 'Request', false],
  ['connection', 'Conn.', true],
  ['time', 'Time', true],
  ['begin', 'Begun', true],
];

export function RequestTable({ inspection, tab }: { readonly inspection: Inspection; readonly tab: Tab }): VNode {
  const { rows, order, model, selection } = inspection;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  const chosen = selection?.is === 'call' ? rows.findIndex(({ call }) => call.id === selection.call) : -1;

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = (): void => setHeight(element.clientHeight);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [tab]);
  const chosenCall = selection?.is === 'call' ? selection.call : -1;
  useEffect(() => {
    const element = box.current;
    if (element === null || chosen < 0) return;
    const y = chosen * ROW_HEIGHT;
    const room = element.clientHeight - 32;
    if (y < element.scrollTop || y + ROW_HEIGHT > element.scrollTop + room) element.scrollTop = y - room / 2;
  }, [chosenCall]);

  const first = Math.max(Math.floor(top / ROW_HEIGHT) - SPARE, 0);
  const end = Math.min(Math.ceil((top + height) / ROW_HEIGHT) + SPARE, rows.length);
  const choose = (index: number): void => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
    if (row !== undefined) inspection.jumpTo(row.call.id);
  };
  const onKey = (event: KeyboardEvent): void => {
    const page = Math.max(Math.floor(height / ROW_HEIGHT) - 2, 1);
    const to: Readonly<Record<string, number>> = {
      ArrowDown: chosen + 1,
      ArrowUp: chosen < 0 ? 0 : chosen - 1,
      PageDown: chosen + page,
      PageUp: chosen - page,
      Home: 0,
      End: rows.length - 1,
    };
    const index = to[event.key];
    if (index !== undefined) choose(index);
    else if (event.key !== 'Enter') return;
    else if (chosen < 0) choose(0);
    else document.querySelector<HTMLElement>('.detail h2')?.focus();
    event.preventDefault();
  };
  const shown = rows.slice(first, end);
  return (
    <section class="table" aria-label="Requests">
      <div class="count">
        {rows.length === model.calls.size
          ? counted(rows.length, 'request')
          : `${count(rows.length)} of ${counted(model.calls.size, 'request')}`}
        {model.totals.requests > model.numCalls && rows.length === model.calls.size && (
          <>, sent {count(model.totals.requests)} times with retries and redirects</>
        )}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: of a table with 100,000 rows only those in view are there */}
      <div
        class="rows"
        ref={box}
        role="grid"
        tabIndex={0}
        aria-label="Requests. Up and down choose one, Enter goes to its details."
        aria-rowcount={rows.length + 1}
        aria-colcount={NAMES.length}
        aria-activedescendant={chosen >= first && chosen < end ? `row-${chosenCall}` : undefined}
        onKeyDown={onKey}
        onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
      >
        <div class="grid">
          {/* biome-ignore lint/a11y/useSemanticElements: see above */}
          <div class="row headings" role="row" tabIndex={-1} aria-rowindex={1}>
            {NAMES.map(([column, name, isNumber]) => (
              <Heading key={column} column={column} name={name} isNumber={isNumber} inspection={inspection} />
            ))}
          </div>
          <div class="space" role="presentation" style={{ height: `${rows.length * ROW_HEIGHT}px` }}>
            {shown.map((row, i) => (
              <TableRow
                key={row.call.id}
                row={row}
                index={first + i}
                isChosen={first + i === chosen}
                zero={model.from}
                now={model.to}
                onChoose={() => inspection.jumpTo(row.call.id)}
              />
            ))}
          </div>
        </div>
      </div>
      <span class="visually-hidden">
        Sorted by {order.by}, {order.isDescending ? 'descending' : 'ascending'}
      </span>
    </section>
  );
}

function Heading({
  column,
  name,
  isNumber,
  inspection,
}: {
  readonly column: Column;
  readonly name: string;
  readonly isNumber: boolean;
  readonly inspection: Inspection;
}): VNode {
  const { by, isDescending } = inspection.order;
  const isSorted = by === column;
  const sign = isDescending ? ' ▾' : ' ▴';
  return (
    // biome-ignore lint/a11y/useSemanticElements: see above
    <div
      role="columnheader"
      tabIndex={-1}
      class={isNumber ? 'number' : ''}
      aria-sort={isSorted ? (isDescending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        onClick={() => inspection.sort({ by: column, isDescending: isSorted ? !isDescending : isNumber })}
      >
        {name}
        {isSorted ? sign : ''}
      </button>
    </div>
  );
}

function TableRow({
  row,
  index,
  isChosen,
  zero,
  now,
  onChoose,
}: {
  readonly row: Row;
  readonly index: number;
  readonly isChosen: boolean;
  readonly zero: number;
  readonly now: number;
  readonly onChoose: () => void;
}): VNode {
  const { call, connection } = row;
  const cells: readonly (readonly [text: string, style: string])[] = [
    [String(call.id), 'number'],
    statusCell(row),
    [`${call.method} ${pathOf(call.url)}`, ''],
    [connection === null ? '–' : String(connection), 'number'],
    [call.isOver ? duration(call.to - call.from) : `${duration(now - call.from)} …`, 'number'],
    [duration(Math.max(call.from - zero, 0)), 'number'],
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: see above
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys
    <div
      id={`row-${call.id}`}
      role="row"
      tabIndex={-1}
      class={isChosen ? 'row chosen' : 'row'}
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
      onClick={onChoose}
    >
      {cells.map(([text, style], i) => (
        // biome-ignore lint/a11y/useSemanticElements: see above
        <span key={NAMES[i]?.[0]} role="gridcell" tabIndex={-1} class={style} title={i === 2 ? call.url : undefined}>
          {text}
          {i === 2 && <span class="host"> {hostOf(call.url)}</span>}
        </span>
      ))}
    </div>
  );
}

/** The status with signs for what happened on the way. */
function statusCell({ call, status }: Row): readonly [string, string] {
  const happened = (what: string): boolean => call.decisions.some(({ is, done }) => is === what && done);
  const signs = `${happened('retry') ? '↻' : ''}${happened('replay') ? '⇄' : ''}${happened('redirect') ? '↪' : ''}`;
  if (call.error !== null) return [`✕ ${signs}`.trim(), 'bad'];
  return [`${status > 0 ? status : '…'} ${signs}`.trim(), status >= 400 ? 'bad' : ''];
}

function hostOf(url: string): string {
  return /^[a-z]+:\/\/([^/]*)/i.exec(url)?.[1] ?? '';
}
