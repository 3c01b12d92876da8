// Where the marks of a time axis stand and what they say: round steps of 1, 2 or 5, far enough apart to be read.

import type { Span } from './viewport.ts';

export interface Tick {
  /** In ms, by the events' clock. */
  readonly at: number;
  readonly label: string;
}

/** Pixels from mark to mark, at least. */
const APART = 90;

/**
 * The marks of a span.
 *
 * @param zero What is called 0: the beginning of the trace.
 * @param width In pixels.
 */
export function ticks(view: Span, zero: number, width: number): Tick[] {
  const length = view.to - view.from;
  const step = roundStep((length * APART) / Math.max(width, APART));
  const result: Tick[] = [];
  const first = Math.ceil((view.from - zero) / step);
  const last = Math.floor((view.to - zero) / step);
  for (let i = first; i <= last; i++) result.push({ at: zero + i * step, label: label(i * step, step) });
  return result;
}

/** The smallest of …, 0.1, 0.2, 0.5, 1, 2, 5, … that is not below a value. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const digit = [1, 2, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return digit * power;
}

function label(ms: number, step: number): string {
  if (step >= 1000) return `${fixed(ms / 1000, step / 1000)} s`;
  return Math.abs(ms) >= 10_000 ? `${fixed(ms / 1000, step / 1000)} s` : `${fixed(ms, step)} ms`;
}

function fixed(value: number, step: number): string {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const text = value.toFixed(Math.min(digits, 6));
  return Number(text) === 0 ? '0' : text;
}
