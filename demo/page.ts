// The pages of the demo site: sizes and delays follow from a page's number alone, so every run has the same work.

/** One page. */
export interface Page {
  /** Bytes of its body. */
  readonly size: number;
  /** Sent in chunks, without a Content-Length. */
  readonly chunked: boolean;
  /** For how long the server seems to think about it, in ms. */
  readonly delay: number;
}

const SMALLEST = 200;
const LARGEST = 200_000;

export const PAGE_COUNT = 25;

/** Page `number`, from 0: each is larger than the one before by the same factor, as pages of the Web roughly are. */
export function pageOf(number: number): Page {
  return {
    size: Math.round(SMALLEST * (LARGEST / SMALLEST) ** (number / (PAGE_COUNT - 1))),
    chunked: number % 3 === 2,
    delay: number % 5,
  };
}

/** The path of page `number`. */
export function pathOf(number: number): string {
  return `/page/${number}`;
}

/** The page behind a path; null if there is none. */
export function pageAt(path: string): Page | null {
  const number = /^\/page\/(\d{1,2})$/.exec(path)?.[1];
  return number !== undefined && Number(number) < PAGE_COUNT ? pageOf(Number(number)) : null;
}

/**
 * What the demo fetches: the origins in turn, so that all are at work at once, and on each of them every page as often
 * as any other.
 */
export function demoUrls(origins: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    // 7 shares no factor with the number of pages: small and large ones come mixed.
    const page = (index * 7) % PAGE_COUNT;
    return `${origins[index % origins.length]}${pathOf(page)}`;
  });
}
