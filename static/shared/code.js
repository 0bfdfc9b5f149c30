// The code of a session: six digits, sometimes seven.

export const CODE_MIN_DIGITS = 6;
const CODE_MAX_DIGITS = 7;

/** The digits in a text, full-width ones too. */
export const digitsOf = (typed) => typed.normalize("NFKC").replace(/\D/g, "");

/** The code as it is shown and read out: 482 173. */
export const spaced = (code) => [code.slice(0, 3), code.slice(3)].filter(Boolean).join(" ");

/** The path of the QR of a join address, with the key of that address. */
export function qrOf(joinUrl) {
  const { pathname, search } = new URL(joinUrl);
  return `/qr/${pathname.split("/").pop()}.svg${search}`;
}

/** The path of the QR of the address by which people come to help, with the key of that address. */
export function qrOfHelpers(helperUrl) {
  const { pathname, search } = new URL(helperUrl);
  return `/qr/assist/${pathname.split("/").pop()}.svg${search}`;
}

/** Leaves only the digits of a code in the field. */
export function keepDigits(input) {
  // A pasted address counts as the code in it.
  const inAddress = input.value.match(/\/j\/([^/?#]+)/i)?.[1];
  const wanted = spaced(digitsOf(inAddress ?? input.value).slice(0, CODE_MAX_DIGITS));
  if (wanted !== input.value) input.value = wanted;
}
