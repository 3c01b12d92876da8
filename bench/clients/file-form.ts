import { openAsBlob } from 'node:fs';
import path from 'node:path';

/** What is used of FormData, of which there is more than one class. */
interface Form {
  append(name: string, value: Blob, filename: string): void;
}

/** The form with a file in it, as a Blob that reads it from disk: all that FormData has for files. */
export async function fileForm<F extends Form>(form: F, file: string): Promise<F> {
  form.append('file', await openAsBlob(file), path.basename(file));
  return form;
}
