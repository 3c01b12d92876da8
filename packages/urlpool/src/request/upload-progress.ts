/** How far the sending of a body has come. */
export interface UploadProgress {
  /** Bytes of the body, as it is sent, that this attempt has handed on. */
  readonly sent: number;
  /** All its bytes; null where only its end will tell. */
  readonly total: number | null;
}
