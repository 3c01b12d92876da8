// What the page looks at: the model, and which part of it is shown. It holds the state and applies the decisions of
// viewport.ts, request-filter.ts and request-order.ts; it knows no element of the page. Whoever shows something
// subscribes, and asks again when told.

import type { CallTrace } from '../src/model/call-trace.ts';
import type { Lane } from '../src/model/lane.ts';
import type { OriginTrace } from '../src/model/origin-trace.ts';
import type { SeenEvent } from '../src/model/seen-event.ts';
import { TraceModel } from '../src/model/trace-model.ts';
import { ALL, type Criteria, isFiltering, matches } from './request-filter.ts';
import { inOrder, type Order, type Row } from './request-order.ts';
import { type Group, type Layout, layOut } from './timeline/lane-layout.ts';
import { follow, pan, type Span, show, whole, zoom } from './viewport.ts';

/** Whether new events come, and if not, why. */
export type FeedState =
  | { readonly is: 'live' }
  | { readonly is: 'lost'; readonly since: number }
  | { readonly is: 'ended'; readonly why: string }
  | { readonly is: 'saved'; readonly at: number | null };

/** What was chosen: a call, maybe by one of its exchanges, or a connection. */
export type Selection =
  | { readonly is: 'call'; readonly call: number; readonly bar: number | null }
  | { readonly is: 'lane'; readonly lane: Lane };

/** Events to hold back while the page is paused: beyond that the oldest are taken in. */
const MOST_HELD = 200_000;

export class Inspection {
  readonly model: TraceModel = new TraceModel();
  feed: FeedState = { is: 'live' };
  criteria: Criteria = ALL;
  order: Order = { by: 'number', isDescending: true };
  selection: Selection | null = null;
  isFollowing = true;
  isPaused = false;
  /** The latest that was shown, null where nobody has zoomed: everything is shown then. */
  #view: Span | null = null;
  readonly #collapsed = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #held: SeenEvent[] = [];
  #rows: Row[] = [];
  #sorted: Row[] = [];
  #matching: Set<number> | null = null;
  #origins: readonly OriginTrace[] = [];
  #lanes: (readonly Lane[])[] = [];
  #layout: Layout = layOut([]);

  /** Calls a function after every change, until the function that it returns is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes events in; the listeners are told by `refresh()`. */
  see(events: readonly SeenEvent[]): void {
    if (!this.isPaused) {
      for (const event of events) this.model.see(event);
      return;
    }
    for (const event of events) this.#held.push(event);
    if (this.#held.length <= MOST_HELD) return;
    for (const event of this.#held.splice(0, this.#held.length - MOST_HELD)) this.model.see(event);
  }

  /** Lets time pass without an event, unless the page is paused. @returns Whether that changes what is shown. */
  passTo(now: number): boolean {
    const { to } = this.model;
    if (!this.isPaused) this.model.passTo(now);
    return this.model.to !== to && !Number.isNaN(to);
  }

  /** Events that wait until the page is no longer paused. */
  get held(): number {
    return this.#held.length;
  }

  /** Works out anew what is shown, and tells the listeners. */
  refresh(): void {
    this.#findRows();
    this.#sorted = inOrder(this.#rows, this.order, this.model.to);
    this.#findLanes();
    this.#tell();
  }

  get all(): Span {
    const { from, to } = this.model;
    return Number.isNaN(from) ? { from: 0, to: 1000 } : whole(from, to);
  }

  get view(): Span {
    return this.#view ?? this.all;
  }

  /** Whether everything is shown. */
  get isWhole(): boolean {
    return this.#view === null;
  }

  /** Calls that are shown, in their order. */
  get rows(): readonly Row[] {
    return this.#sorted;
  }

  /** Numbers of the calls that are shown; null where nothing is filtered. */
  get matching(): ReadonlySet<number> | null {
    return this.#matching;
  }

  /** Origins that are shown. */
  get origins(): readonly OriginTrace[] {
    return this.#origins;
  }

  /** Lanes that are shown of an origin, by its place in `origins`. */
  lanesOf(group: number): readonly Lane[] {
    return this.#lanes[group] ?? [];
  }

  get layout(): Layout {
    return this.#layout;
  }

  setFeed(feed: FeedState): void {
    this.feed = feed;
    this.#tell();
  }

  filter(change: Partial<Criteria>): void {
    this.criteria = { ...this.criteria, ...change };
    this.refresh();
  }

  sort(order: Order): void {
    this.order = order;
    this.#sorted = inOrder(this.#rows, order, this.model.to);
    this.#tell();
  }

  zoom(factor: number, at: number): void {
    const next = zoom(this.view, factor, at, this.all);
    // Who zooms in from all of it looks at a place of their own; a part that follows goes on to follow.
    this.isFollowing = this.isFollowing && this.#view !== null;
    this.#look(this.isFollowing ? follow(next, this.all) : next);
  }

  pan(share: number): void {
    this.isFollowing = false;
    this.#look(pan(this.view, share, this.all));
  }

  /** Shows a span that was worked out elsewhere, as by two fingers. */
  look(view: Span): void {
    this.isFollowing = false;
    this.#look(view);
  }

  showAll(): void {
    this.#view = null;
    this.isFollowing = true;
    this.#tell();
  }

  setFollowing(isFollowing: boolean): void {
    this.isFollowing = isFollowing;
    // What is followed no longer stands still, at the span that is shown now.
    if (!isFollowing && this.#view === null) this.#view = this.all;
    if (isFollowing && this.#view !== null) this.#view = follow(this.#view, this.all);
    this.#tell();
  }

  setPaused(isPaused: boolean): void {
    this.isPaused = isPaused;
    if (isPaused) {
      this.#tell();
      return;
    }
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.model.see(event);
    this.refresh();
  }

  select(selection: Selection | null): void {
    this.selection = selection;
    this.#tell();
  }

  /** Chooses a call and brings it into view; false where there is none of that number. */
  jumpTo(id: number): boolean {
    const call = this.model.calls.get(id);
    if (call === undefined) return false;
    const bar = call.exchanges.findLast((one) => this.model.bars.has(one)) ?? null;
    this.selection = { is: 'call', call: id, bar };
    this.bringIntoView(call.from, call.isOver ? call.to : this.model.to);
    return true;
  }

  bringIntoView(from: number, to: number): void {
    const { view } = this;
    if (from >= view.from && to <= view.to && to - from > (view.to - view.from) / 400) {
      this.#tell();
      return;
    }
    this.isFollowing = false;
    this.#look(show(view, { from, to }, this.all));
  }

  isCollapsed(origin: string): boolean {
    return this.#collapsed.has(origin);
  }

  toggle(origin: string): void {
    if (!this.#collapsed.delete(origin)) this.#collapsed.add(origin);
    this.#findLanes();
    this.#tell();
  }

  collapseAll(isCollapsed: boolean): void {
    this.#collapsed.clear();
    if (isCollapsed) for (const { origin } of this.#origins) this.#collapsed.add(origin);
    this.#findLanes();
    this.#tell();
  }

  get areAllCollapsed(): boolean {
    return this.#origins.length > 0 && this.#origins.every(({ origin }) => this.#collapsed.has(origin));
  }

  /** How high a lane stands, in pixels from the top of all; null where it is not shown. */
  topOf(lane: Lane): number | null {
    const index = this.#origins.indexOf(lane.origin);
    const group: Group | undefined = this.#layout.groups[index];
    const place = this.#lanes[index]?.indexOf(lane) ?? -1;
    if (group === undefined || place < 0 || place >= group.lanes) return null;
    return group.lanesTop + place * this.#layout.laneHeight;
  }

  #look(view: Span): void {
    const { all } = this;
    this.#view = view.from <= all.from && view.to >= all.to ? null : view;
    if (this.#view === null) this.isFollowing = true;
    this.#tell();
  }

  #findRows(): void {
    const { model, criteria } = this;
    if (this.isFollowing && this.#view !== null) this.#view = follow(this.#view, this.all);
    const isAny = criteria.origin === null && !isFiltering(criteria);
    const rows: Row[] = [];
    for (const call of model.calls.values()) {
      if (isAny || matches(call, { statuses: this.#statusesOf(call), now: model.to }, criteria)) {
        rows.push(this.#rowOf(call));
      }
    }
    this.#rows = rows;
    this.#matching = isFiltering(criteria) ? new Set(rows.map(({ call }) => call.id)) : null;
  }

  #rowOf(call: CallTrace): Row {
    const { bars } = this.model;
    const { exchanges } = call;
    const last = exchanges[exchanges.length - 1] ?? -1;
    if (!bars.has(last)) return { call, connection: call.timings?.connection ?? null, status: call.status ?? 0 };
    const slot = bars.slotOf(last);
    return { call, connection: bars.lane[slot]?.id ?? null, status: call.status ?? bars.status[slot] ?? 0 };
  }

  #statusesOf(call: CallTrace): number[] {
    const { bars } = this.model;
    const statuses: number[] = [];
    for (const id of call.exchanges) if (bars.has(id)) statuses.push(bars.status[bars.slotOf(id)] ?? 0);
    return statuses;
  }

  #findLanes(): void {
    const { model, criteria } = this;
    const all = [...model.origins.values()];
    const matching = this.#matching === null ? null : this.#matchingLanes();
    this.#origins = all.filter(
      (one) =>
        (criteria.origin === null || one.origin === criteria.origin) &&
        (one.lanes.length > 0 || one.queue.at.length > 0),
    );
    this.#lanes = this.#origins.map(({ lanes }) =>
      matching === null ? lanes : lanes.filter((lane) => matching.has(lane)),
    );
    this.#layout = layOut(
      this.#origins.map(({ origin, queue }, i) => ({
        lanes: this.#lanes[i]?.length ?? 0,
        hasQueue: queue.greatest > 0,
        isCollapsed: this.#collapsed.has(origin),
      })),
    );
  }

  /** Lanes that have carried a call that is shown. */
  #matchingLanes(): Set<Lane> {
    const { bars } = this.model;
    const lanes = new Set<Lane>();
    for (const { call } of this.#rows) {
      for (const id of call.exchanges) {
        const lane = bars.has(id) ? bars.lane[bars.slotOf(id)] : undefined;
        if (lane !== undefined) lanes.add(lane);
      }
      if (call.exchanges.length === 0 && call.timings?.connection != null) {
        const lane = this.model.lane(call.timings.connection);
        if (lane !== undefined) lanes.add(lane);
      }
    }
    return lanes;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
