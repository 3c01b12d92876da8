import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { EXPLAINED, paintSample } from './timeline/lane-painter.ts';
import { type Kind, readPalette } from './timeline/palette.ts';

/** What the shapes on the timeline mean, and which keys there are. */
export function Legend({ theme }: { readonly theme: string }): VNode {
  return (
    <section class="legend" aria-label="Legend">
      {EXPLAINED.map(([kind, text]) => (
        <span key={kind}>
          <Sample kind={kind} theme={theme} /> {text}
        </span>
      ))}
      <span>↻ tried again</span>
      <span>⇄ replayed</span>
      <span>↪ redirected</span>
      <span>✕ failed</span>
      <span>▏closed, with why</span>
      <span class="keys">
        Wheel or Ctrl + wheel zooms, drag moves; keys: + − ← → 0, space pauses, / searches, Esc closes
      </span>
    </section>
  );
}

function Sample({ kind, theme }: { readonly kind: Kind; readonly theme: string }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (canvas.current === null || context == null) return;
    const scale = devicePixelRatio;
    canvas.current.width = 22 * scale;
    canvas.current.height = 16 * scale;
    canvas.current.style.width = '22px';
    canvas.current.style.height = '16px';
    context.scale(scale, scale);
    paintSample(context, kind, readPalette(document.documentElement, context, scale));
  }, [kind, theme]);
  return <canvas ref={canvas} />;
}
