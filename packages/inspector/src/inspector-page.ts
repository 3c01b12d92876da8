// The page: one HTML file with its script and style in it, and a policy that allows no others.

import { readFile } from 'node:fs/promises';
import { InspectorError } from './inspector-error.ts';
import { SAVED_AT_ATTRIBUTE, TRACE_ELEMENT } from './model/page-contract.ts';

/** Where a saved page has its trace. */
const PLACE = '<!--trace-->';

const PAGE = new URL('../dist/page.html', import.meta.url);

export class InspectorPage {
  readonly html: string;
  /** Its Content-Security-Policy, for the header field. */
  readonly policy: string;

  constructor(html: string) {
    this.html = html;
    const [, policy = "default-src 'none'"] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    this.policy = `${policy}; frame-ancestors 'none'`;
  }

  /** @throws {InspectorError} `ERR_PAGE_MISSING` */
  static async load(): Promise<InspectorPage> {
    try {
      return new InspectorPage(await readFile(PAGE, 'utf8'));
    } catch (cause) {
      throw new InspectorError(
        'Cannot find the page of the inspector: it has not been built; run npm install in the repository',
        'ERR_PAGE_MISSING',
        cause,
      );
    }
  }

  /**
   * The page with a trace in it, as pieces of text: it works from disk.
   *
   * @param savedAt When, as an ISO 8601 date and time.
   */
  *withTrace(trace: Iterable<string>, savedAt: string): Generator<string, void, undefined> {
    const place = this.html.indexOf(PLACE);
    const begin = `<script type="application/x-ndjson" id="${TRACE_ELEMENT}" ${SAVED_AT_ATTRIBUTE}="${savedAt}">`;
    yield `${this.html.slice(0, place)}${begin}\n`;
    for (const piece of trace) yield escaped(piece);
    yield `</script>${this.html.slice(place + PLACE.length)}`;
  }
}

/** JSON in which nothing ends a script element, or a line of a script: all of these stand only within its strings. */
function escaped(json: string): string {
  return json.replace(/[<\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
