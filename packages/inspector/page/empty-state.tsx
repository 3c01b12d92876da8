import type { VNode } from 'preact';
import type { Inspection } from './inspection.ts';

/** What to do where nothing has happened yet. */
export function EmptyState({ inspection }: { readonly inspection: Inspection }): VNode {
  const isLive = inspection.feed.is === 'live' || inspection.feed.is === 'lost';
  return (
    <div class="empty">
      <div>
        <h2>{isLive ? 'Nothing has happened yet' : 'There is no request in this trace'}</h2>
        {isLive ? (
          <p>
            This page shows each connection of your program as a lane, and each request as a bar on it. Make a request:
          </p>
        ) : (
          <p>It holds no event of a request or a connection. Record one while requests are made:</p>
        )}
        <pre>
          {isLive
            ? "import { PoolManager } from 'urlpool';\nimport { inspect } from 'urlpool-inspector';\n\nconst http = new PoolManager();\nawait inspect(http); // this page\n\nawait http.request('GET', 'https://example.org/');"
            : "import { PoolManager, recordTrace } from 'urlpool';\n\nconst http = new PoolManager();\nconst recording = recordTrace(http, 'trace.ndjson');\nawait http.request('GET', 'https://example.org/');\nawait recording.close();"}
        </pre>
        {isLive && <p>Requests that were made before the inspector was there are not shown.</p>}
      </div>
    </div>
  );
}
