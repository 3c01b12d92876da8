import { type ErrorConnection, HTTPError, type RequestHistory } from '../errors/http-error.ts';
import type { Fields } from '../message/fields.ts';
import { HTTPHeaders } from '../message/http-headers.ts';
import type { BaseResponse } from './base-response.ts';
import type { HTTPResponse } from './http-response.ts';

/** The answer, as far as the error says it. */
export interface AnsweredStatus {
  readonly method: string;
  readonly url: string;
  readonly attempt?: number;
  readonly connection: ErrorConnection | null;
  readonly status: number;
  /** Empty where the server gave none. */
  readonly reason: string;
  readonly fields: Fields | HTTPHeaders;
}

/**
 * The server answered, and its status is an error: `raiseForStatus()` says so, a Retry whose count by status is used up, and
 * `upgrade()` and `tunnel()` of an answer that does not hand the connection over (`ERR_UPGRADE_REFUSED`).
 */
export class StatusError<Response extends BaseResponse = HTTPResponse> extends HTTPError {
  override readonly name: string = 'StatusError';
  readonly status: number;
  readonly headers: HTTPHeaders;
  /**
   * The response, a StreamedResponse where the call was for one; null where it was one of several attempts, whose bodies
   * are not kept.
   */
  readonly response: Response | null;

  constructor(
    answer: AnsweredStatus,
    response: Response | null,
    history: readonly RequestHistory[] = [],
    code: 'ERR_STATUS' | 'ERR_UPGRADE_REFUSED' = 'ERR_STATUS',
  ) {
    const { method, url, attempt, connection, status, reason, fields } = answer;
    const said = `${method} ${url} was answered with status ${status}${reason === '' ? '' : ` (${reason})`}`;
    const message = code === 'ERR_STATUS' ? said : `${said}: the connection was not handed over`;
    super(message, { code, phase: 'status', method, url, attempt, connection }, history);
    this.status = status;
    this.headers = fields instanceof HTTPHeaders ? fields : new HTTPHeaders(fields);
    this.response = response;
  }
}
