// Sends a PDF to the server, and reads its pages as they come back.

import { post, Refused, Unreachable } from "../../shared/api.js";
import { language, words } from "../../shared/words.js";
import { MessageError } from "./errors.js";

const MAX_BYTES = 30 * 1024 * 1024;

export const isPdf = ({ type, name }) => type === "application/pdf" || /\.pdf$/i.test(name);

/** Yields the pages of a PDF, each with its picture and texts or its error. The server stops when no more are read. */
export async function* pagesOf(api, lecture, file) {
  if (file.size > MAX_BYTES) throw new MessageError(words.pile.pdfTooLarge);
  const response = await sent(api, `/api/lectures/${lecture}/pictures/pdf`, file);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error) => {
        throw new Unreachable(error.message);
      });
      if (done) return;
      const lines = `${rest}${value}`.split("\n");
      rest = lines.pop();
      for (const line of lines) yield JSON.parse(line);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Resolves to the answer whose lines are still to come. A token that has expired is renewed once. */
async function sent(api, path, file, isRenewed = false) {
  const headers = { Accept: "application/x-ndjson", "Accept-Language": language, "Content-Type": "application/pdf", Authorization: `Bearer ${await api.token()}` };
  const response = await fetch(path, { method: post, headers, body: file }).catch((error) => {
    throw new Unreachable(error.message);
  });
  if (response.status === 401 && !isRenewed) {
    await api.renew();
    return sent(api, path, file, true);
  }
  if (response.ok) return response;
  const refusal = await response.json().catch(() => null);
  throw new Refused(response.status, refusal, Number(response.headers.get("retry-after")) || 0);
}
