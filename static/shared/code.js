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
