// The pictures of the learner's phone: lines in the colour of the text, so that every theme shows them.

const SVG = "http://www.w3.org/2000/svg";

const LINES = {
  sound: "M4 9.500v5h3.500l4.500 4v-13l-4.500 4zM15.500 9a4.200 4.200 0 0 1 0 6M18.200 6.300a8 8 0 0 1 0 11.400",
  slow: "M4 9.500v5h3.500l4.500 4v-13l-4.500 4zM15.500 9a4.200 4.200 0 0 1 0 6",
  check: "M5 12.500l4.500 4.500 9.500-10",
  hand: "M8 12.500V6.200a1.500 1.500 0 0 1 3 0V11m0-.500V4.500a1.500 1.500 0 0 1 3 0V11m0-.500V6.200a1.500 1.500 0 0 1 3 0v8.300c0 4-2.400 6.500-5.800 6.500-3.300 0-4.900-1.800-6.900-6.200-.7-1.500 1.200-2.700 2.200-1.400L8 15",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 14a4.600 4.600 0 0 0 8 0M9 9.300v.4M15 9.300v.4",
  cup: "M5 10h11v5a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4zM16 11h1.500a2.300 2.300 0 0 1 0 4.600H16M8.500 4c-.9 1 .9 1.800 0 3M12.500 4c-.9 1 .9 1.800 0 3",
  star: "M12 3.500l2.600 5.300 5.900.9-4.250 4.100 1 5.800L12 16.900l-5.250 2.700 1-5.800L3.500 9.700l5.900-.9z",
  door: "M6.500 20V5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v15M4 20h16M14 11.700v.6",
  moon: "M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500l5 5",
  camera: "M4 8h4l1.500-3h5L16 8h4v11H4zM12 10a3.300 3.300 0 1 0 0 6.600 3.300 3.300 0 0 0 0-6.600z",
  phone: "M8 3h8a1.500 1.500 0 0 1 1.500 1.500v15A1.500 1.500 0 0 1 16 21H8a1.500 1.500 0 0 1-1.500-1.500v-15A1.500 1.500 0 0 1 8 3zM11 18h2",
  paper: "M6 3.500h12V16H6zM9 7.500h6M9 11h4M9.500 16v5l2.500-1.700 2.500 1.700v-5",
  wave: "M4.500 10a11 11 0 0 1 15 0M7.700 13.500a6.400 6.400 0 0 1 8.600 0M12 17.500v.1",
  person: "M12 4a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM5 20.500a7 7 0 0 1 14 0",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 7.500V12l3 2",
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  play: "M8 5l11 7-11 7z",
  pause: "M8.500 5v14M15.500 5v14",
  close: "M6 6l12 12M18 6L6 18",
  home: "M3.500 11.500L12 4l8.500 7.500M6 9.500V20h12V9.500",
  again: "M19 12a7 7 0 1 1-2.200-5.100M19.500 4v4h-4",
};

/** A picture beside a text. Screen readers skip it. */
export function picture(name, kind = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: kind, "aria-hidden": "true" })) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", LINES[name]);
  svg.append(path);
  return svg;
}

/** Puts another picture in the same place. */
export function repicture(svg, name) {
  if (svg.firstChild.getAttribute("d") !== LINES[name]) svg.firstChild.setAttribute("d", LINES[name]);
}
