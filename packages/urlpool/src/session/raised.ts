// A status that is an error, for those who want it as one. The body of a streamed response is read before: whoever catches
// the error can see what the server said, and need not dispose of anything.

import { HTTPError } from '../errors/http-error.ts';
import { BaseResponse, partsOf } from '../response/base-response.ts';
import { BodyCollector } from '../response/body-collector.ts';
import { HTTPResponse } from '../response/http-response.ts';
import { StreamedResponse } from '../response/streamed-response.ts';

/** The longest body of a streamed response that is read for an error, in bytes: as much as dispose() would read. */
const MAX_BODY = 256 * 1024;

/**
 * The response, if its status is below 400.
 *
 * @throws {StatusError} with the response: whole, unless its body is too long or does not come to its end.
 */
export async function raised(response: BaseResponse): Promise<BaseResponse> {
  if (!(response instanceof BaseResponse) || response.status < 400) return response;
  const held = response instanceof StreamedResponse ? await wholeOf(response) : response;
  return held.raiseForStatus();
}

async function wholeOf(response: StreamedResponse): Promise<BaseResponse> {
  const body = response.bodyUsed ? null : await bodyOf(response);
  if (body === null) {
    void response.dispose();
    return response;
  }
  return new HTTPResponse(partsOf(response), body, [...response.trailers].flat());
}

/** The body; null where there is no holding it. */
async function bodyOf(response: StreamedResponse): Promise<Buffer | null> {
  const collector = new BodyCollector(null);
  try {
    for (let piece = await response.read(); piece !== null; piece = await response.read()) {
      if (collector.length + piece.length > MAX_BODY) return null;
      collector.add(piece);
    }
    return collector.take();
  } catch (error) {
    if (error instanceof HTTPError) return null;
    throw error;
  }
}
