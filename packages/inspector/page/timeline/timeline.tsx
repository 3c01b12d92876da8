// The timeline: two canvases, one for the whole trace and the time, one for the lanes, and what the mouse, the fingers and
// the keys do to them. It paints when something has changed, at most once a frame.

import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Inspection } from '../inspection.ts';
import { barStory, laneTitle } from '../story.ts';
import { pinch, type Span } from '../viewport.ts';
import { Activity } from './activity.ts';
import { findBar } from './find-bar.ts';
import { rowAt } from './lane-layout.ts';
import { type Palette, readPalette } from './palette.ts';
import { Picture, type Surface, scaleFor } from './picture.ts';

const AXIS_HEIGHT = 54;

/** How far the mouse may move for a click, in pixels. */
const CLICK = 4;

/** How near to a bar a click may be, in pixels. */
const NEAR = 5;

interface Hover {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** How long the last paintings took, in ms: the tests of the page read it. */
declare global {
  interface Window {
    paintTimes?: number[];
  }
}

export function Timeline({
  inspection,
  theme,
  children,
}: {
  readonly inspection: Inspection;
  readonly theme: string;
  readonly children?: ComponentChildren;
}): VNode {
  const axis = useRef<HTMLCanvasElement>(null);
  const lanes = useRef<HTMLCanvasElement>(null);
  const scroll = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<Hover | null>(null);

  useEffect(() => {
    const [axisCanvas, lanesCanvas, box] = [axis.current, lanes.current, scroll.current];
    if (axisCanvas === null || lanesCanvas === null || box === null) return undefined;
    return runTimeline(inspection, axisCanvas, lanesCanvas, box, setHover);
  }, [inspection, theme]);

  const { layout, model } = inspection;
  return (
    <section class="timeline" aria-label="Timeline">
      <canvas class="axis" ref={axis} />
      <div
        class="scroll"
        ref={scroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys: it zooms, moves and scrolls
        tabIndex={0}
        role="application"
        aria-roledescription="timeline"
        aria-label={`Timeline of ${model.totals.connections} connections with ${model.totals.requests} requests. Plus and minus zoom, the arrows move, 0 shows all. The table of requests says the same in text.`}
      >
        <canvas ref={lanes} />
        <div aria-hidden="true" style={{ height: `${layout.height}px`, width: '1px' }} class="spacer" />
      </div>
      {hover !== null && (
        <div class="hover" aria-hidden="true" style={{ left: `${hover.x}px`, top: `${hover.y}px` }}>
          {hover.text}
        </div>
      )}
      {children}
    </section>
  );
}

/** Paints and listens until the function that it returns is called. */
function runTimeline(
  inspection: Inspection,
  axis: HTMLCanvasElement,
  canvas: HTMLCanvasElement,
  box: HTMLDivElement,
  onHover: (hover: Hover | null) => void,
): () => void {
  const axisContext = axis.getContext('2d', { alpha: false });
  const context = canvas.getContext('2d', { alpha: false });
  if (axisContext === null || context === null) return () => undefined;
  const picture = new Picture(new Activity(inspection.model.bars));
  const abort = new AbortController();
  const { signal } = abort;
  let frame = 0;
  let palette: Palette | null = null;
  let scale = 0;

  const fit = (one: HTMLCanvasElement, width: number, height: number): void => {
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
    if (one.width !== w || one.height !== h) {
      one.width = w;
      one.height = h;
      one.style.width = `${width}px`;
      one.style.height = `${height}px`;
    }
  };
  const paint = (): void => {
    frame = 0;
    const begun = performance.now();
    if (scale !== devicePixelRatio || palette === null) {
      scale = devicePixelRatio;
      palette = readPalette(document.documentElement, context, scale);
    }
    const [width, height] = [box.clientWidth, box.clientHeight];
    if (width === 0 || height === 0) return;
    fit(axis, width, AXIS_HEIGHT);
    fit(canvas, width, height);
    const spacer = box.lastElementChild;
    if (spacer instanceof HTMLElement) spacer.style.marginTop = `${-height}px`;
    for (const one of [axisContext, context]) one.setTransform(scale, 0, 0, scale, 0, 0);
    const surface: Surface = { context, width, height, palette };
    picture.paint(surface, inspection, box.scrollTop);
    picture.paintAxis({ ...surface, context: axisContext, height: AXIS_HEIGHT }, inspection);
    window.paintTimes?.push(performance.now() - begun);
  };
  const request = (): void => {
    if (frame === 0) frame = requestAnimationFrame(paint);
  };
  const now = (): number => inspection.model.to;
  const scaleNow = () => scaleFor(inspection.view, box.clientWidth);
  const place = (event: { clientX: number; clientY: number }): { x: number; y: number } => {
    const { left, top } = box.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  /** What is at a place: a heading, a lane, maybe one of its exchanges. */
  const find = ({ x, y }: { x: number; y: number }) => {
    const row = rowAt(inspection.layout, y + box.scrollTop);
    if (row === null) return null;
    const origin = inspection.origins[row.group];
    if (row.is !== 'lane') return { is: row.is, origin } as const;
    const lane = inspection.lanesOf(row.group)[row.lane];
    if (lane === undefined) return null;
    const timeScale = scaleNow();
    const time = timeScale.time(x);
    const near = NEAR * (timeScale.time(1) - timeScale.time(0));
    const bar = x < timeScale.left ? -1 : findBar(lane, inspection.model.bars, time, near, now());
    return { is: 'lane', lane, bar } as const;
  };
  const choose = (at: { x: number; y: number }): void => {
    onHover(null);
    const found = find(at);
    if (found === null) inspection.select(null);
    else if (found.is === 'heading' && found.origin !== undefined) inspection.toggle(found.origin.origin);
    else if (found.is === 'lane') {
      const bar = found.bar < 0 ? null : inspection.model.bars.get(found.bar);
      inspection.select(bar === null ? { is: 'lane', lane: found.lane } : { is: 'call', call: bar.call, bar: bar.id });
    }
  };
  const point = (event: PointerEvent): void => {
    const at = place(event);
    const found = event.pointerType === 'mouse' ? find(at) : null;
    box.style.cursor = found === null || found.is === 'queue' ? '' : 'pointer';
    if (found?.is !== 'lane') {
      onHover(null);
      return;
    }
    const bar = found.bar < 0 ? null : inspection.model.bars.get(found.bar);
    const text = bar === null ? laneTitle(found.lane) : barStory(bar, now());
    const isRight = at.x > box.clientWidth / 2;
    const isLow = at.y > box.clientHeight / 2;
    onHover({
      text,
      x: isRight ? Math.max(at.x - 350, 4) : at.x + 14,
      y: AXIS_HEIGHT + (isLow ? Math.max(at.y - 96, 0) : at.y + 16),
    });
  };

  const fingers = new Map<number, { x: number; y: number }>();
  let start: { readonly view: Span; readonly at: [number, number]; readonly moved: { x: number; y: number } } | null =
    null;
  let hasMoved = false;
  const begin = (): void => {
    const all = [...fingers.values()];
    const [first, second] = all;
    const timeScale = scaleNow();
    if (first === undefined) start = null;
    else
      start = {
        view: inspection.view,
        at: [timeScale.share(first.x), timeScale.share((second ?? first).x)],
        moved: first,
      };
  };
  const on = <Type extends keyof HTMLElementEventMap>(
    element: HTMLElement,
    type: Type,
    listener: (event: HTMLElementEventMap[Type]) => void,
    options: AddEventListenerOptions = {},
  ): void => element.addEventListener(type, listener, { signal, ...options });

  on(box, 'pointerdown', (event) => {
    if (event.button !== 0 || place(event).x >= box.clientWidth) return;
    if (fingers.size === 0) hasMoved = false;
    fingers.set(event.pointerId, place(event));
    begin();
  });
  on(box, 'pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (before === undefined || start === null) {
      point(event);
      return;
    }
    const at = place(event);
    if (!hasMoved && Math.hypot(at.x - start.moved.x, at.y - start.moved.y) < CLICK && fingers.size === 1) return;
    if (!hasMoved) {
      hasMoved = true;
      box.setPointerCapture(event.pointerId);
      box.classList.add('dragging');
      onHover(null);
    }
    fingers.set(event.pointerId, at);
    const { width } = scaleNow();
    const [first, second] = [...fingers.values()];
    if (second !== undefined && first !== undefined) {
      const timeScale = scaleNow();
      const [a, b] = [(first.x - timeScale.left) / width, (second.x - timeScale.left) / width];
      inspection.look(pinch(start.view, start.at, [a, b], inspection.all));
      return;
    }
    inspection.pan((before.x - at.x) / width);
    if (event.pointerType === 'mouse') box.scrollTop += before.y - at.y;
  });
  const up = (event: PointerEvent): void => {
    const wasDown = fingers.delete(event.pointerId);
    box.classList.remove('dragging');
    if (wasDown && !hasMoved && event.type === 'pointerup') choose(place(event));
    begin();
  };
  on(box, 'pointerup', up);
  on(box, 'pointercancel', up);
  on(box, 'pointerleave', () => onHover(null));
  const wheel = (event: WheelEvent): void => {
    const timeScale = scaleNow();
    const unit = event.deltaMode === 0 ? 1 : 30;
    const isZoom = event.ctrlKey || event.metaKey;
    const hasRows = box.scrollHeight > box.clientHeight + 1 && event.currentTarget === box;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (!isZoom && Math.abs(sideways) > 0 && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))) {
      event.preventDefault();
      inspection.pan((sideways * unit) / timeScale.width);
    } else if (isZoom || !hasRows) {
      event.preventDefault();
      inspection.zoom(1.0022 ** (event.deltaY * unit), timeScale.share(place(event).x));
    }
  };
  on(box, 'wheel', wheel, { passive: false });
  on(axis, 'wheel', wheel, { passive: false });
  on(box, 'scroll', () => {
    onHover(null);
    request();
  });
  on(box, 'keydown', (event) => {
    if (event.key !== 'Enter' || inspection.selection === null) return;
    document.querySelector<HTMLElement>('.detail h2')?.focus();
  });

  // The whole trace in small: what is pressed comes into the middle.
  let isScrubbing = false;
  const scrub = (event: PointerEvent): void => {
    const timeScale = scaleNow();
    const { all, view } = inspection;
    const middle = all.from + timeScale.share(place(event).x) * (all.to - all.from);
    inspection.pan((middle - (view.from + view.to) / 2) / (view.to - view.from));
  };
  on(axis, 'pointerdown', (event) => {
    isScrubbing = true;
    axis.setPointerCapture(event.pointerId);
    scrub(event);
  });
  on(axis, 'pointermove', (event) => {
    if (isScrubbing) scrub(event);
  });
  on(axis, 'pointerup', () => {
    isScrubbing = false;
  });
  on(axis, 'pointercancel', () => {
    isScrubbing = false;
  });

  let shown = inspection.selection;
  const unsubscribe = inspection.subscribe(() => {
    if (inspection.selection !== shown) {
      shown = inspection.selection;
      scrollTo(inspection, box);
    }
    request();
  });
  // Where the details take a part of the room, what they are about stays in view.
  const observer = new ResizeObserver(() => {
    scrollTo(inspection, box);
    request();
  });
  observer.observe(box);
  request();
  return () => {
    abort.abort();
    unsubscribe();
    observer.disconnect();
    cancelAnimationFrame(frame);
  };
}

/** Brings the lane of what was chosen into view. */
function scrollTo(inspection: Inspection, box: HTMLElement): void {
  const { selection, model } = inspection;
  if (selection === null) return;
  const id = selection.is === 'call' ? selection.bar : null;
  const lane = selection.is === 'lane' ? selection.lane : id === null ? undefined : model.bars.get(id)?.lane;
  const top = lane === undefined ? null : inspection.topOf(lane);
  if (top === null) return;
  const { laneHeight } = inspection.layout;
  if (top < box.scrollTop || top + laneHeight > box.scrollTop + box.clientHeight) {
    box.scrollTop = top - box.clientHeight / 2;
  }
}
