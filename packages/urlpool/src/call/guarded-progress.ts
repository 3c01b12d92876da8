import type { UploadProgress } from '../request/upload-progress.ts';
import type { WireRequest } from '../request/wire-request.ts';

/** The request, with a listener of its upload that cannot throw into the middle of it: `fail` gets what it throws or rejects with. */
export function guardedProgress(request: WireRequest, fail: (reason: unknown) => void): WireRequest {
  const listener = request.onUploadProgress;
  if (listener === null) return request;
  const onUploadProgress = (progress: UploadProgress): void => {
    try {
      const returned: unknown = listener(progress);
      if (returned instanceof Promise) returned.catch(fail);
    } catch (reason) {
      fail(reason);
    }
  };
  return { ...request, onUploadProgress };
}
