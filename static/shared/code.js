// The code of a class: six digits, sometimes seven.

export const CODE_MIN_DIGITS = 6;
export const CODE_MAX_DIGITS = 7;

/** The digits of what was typed: full-width ones too; whatever stands between them does not matter. */
export const digitsOf = (typed) => typed.normalize("NFKC").replace(/\D/g, "");

/** As it is shown and read out: 482 173. */
export const spaced = (code) => [code.slice(0, 3), code.slice(3)].filter(Boolean).join(" ");

/** The path of the QR of an address to come in by; the key of that address is in it too. */
export function pictureOf(joinUrl) {
  const { pathname, search } = new URL(joinUrl);
  return `/qr/${pathname.split("/").pop()}.svg${search}`;
}

/** Leaves the digits of a code in the field. */
export function tidyCode(input) {
  // A pasted address counts as the code that stands in it.
  const inAddress = input.value.match(/\/j\/([^/?#]+)/i)?.[1];
  const tidy = spaced(digitsOf(inAddress ?? input.value).slice(0, CODE_MAX_DIGITS));
  if (tidy !== input.value) input.value = tidy;
}
