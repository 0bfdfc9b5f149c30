// Type as large as its place allows.

const SMALLEST_VMIN = 2.4;
const LARGEST_VMIN = 7.4;
const NEAR_VMIN = 0.1;

/** Sets the size of the type in `place`, whose only child it is that must fit. `look()` when the words have changed. */
export function fitted(place) {
  let seen = "";
  const fit = () => {
    if (place.hidden || place.clientHeight === 0) return;
    let [low, high] = [SMALLEST_VMIN, LARGEST_VMIN];
    while (high - low > NEAR_VMIN) {
      const middle = (low + high) / 2;
      place.style.fontSize = `${middle}vmin`;
      if (place.firstChild.offsetHeight <= place.clientHeight && place.firstChild.scrollWidth <= place.clientWidth) low = middle;
      else high = middle;
    }
    place.style.fontSize = `${low}vmin`;
  };
  const watch = new ResizeObserver(fit);
  watch.observe(place);
  return {
    look() {
      const now = `${place.hidden} ${place.textContent}`;
      if (now === seen) return;
      seen = now;
      fit();
    },
    close: () => watch.disconnect(),
  };
}
